// The net and the recipe of the first click: small enough that a CPU teaches them the twelve patterns in a minute, wide enough to learn them.
export const smallNet = {
  name: 'patterns-24',
  text: `# Twelve shapes and fills, 24 × 24 pixels
input 3x24x24

conv   k3 s2 c16
ds     k3    c32
ds     k3 s2 c64
ds     k3    c64
pool
linear c12
`,
} as const;

export const usualRecipe = `steps 300
batch 32
rate 0.02 cosine to 0, warm-up 20
optimizer adamw
check every 100
pictures 9600
seed 0`;
