// The photos that ship with the page (public/samples/README.md: sources and licences).
export const samples = [
  { file: 'cat.jpg', name: 'a tabby cat' },
  { file: 'espresso.jpg', name: 'a cup of espresso' },
  { file: 'rocket.jpg', name: 'a rocket on its launch' },
] as const;
