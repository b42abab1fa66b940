// The net and the recipe of the first click: small enough that a CPU teaches them the twelve patterns in half a minute.

export const smallNet = {
  name: 'patterns-24',
  text: `# Twelve shapes and fills, 24 × 24 pixels
input 3x24x24

conv   k3 s2 c12
ds     k3    c16
ds     k3 s2 c32
ds     k3    c32
pool
linear c12
`,
} as const;

export const usualRecipe = `steps 400
batch 16
rate 0.05 cosine to 0, warm-up 20
optimizer adamw
check every 100
pictures 1500
seed 0`;
