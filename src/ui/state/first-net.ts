// The nets that need no fetch: what a fresh page opens with, and the start of a net of one's own.

/** MobileNetV2-1.0, a net that everybody knows: the text of the preset of the same name. */
export const firstNet = {
  name: 'mobilenetv2_100',
  text: `# mobilenetv2_100
# MobileNetV2, arXiv 1801.04381
family efficientnet
input 3x224x224
act relu6
expect 3504872 params

conv       k3 s2 c32
ds         k3    c16
mbconv x2  k3 s2 c24   e6
mbconv x3  k3 s2 c32   e6
mbconv x4  k3 s2 c64   e6
mbconv x3  k3    c96   e6
mbconv x3  k3 s2 c160  e6
mbconv     k3    c320  e6
conv       k1    c1280    fixbelow1
pool
linear     c1000
`,
} as const;

/** What "start from empty" opens: a frame without a block. */
export const emptyNet = { name: 'untitled', text: 'family efficientnet\ninput 3x224x224\n' } as const;
