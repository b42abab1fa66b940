// The tabs of Search: a tab is a component and a row here.
import type { Tab } from '../../parts/view.ts';
import type { SearchTabProps } from './tab-props.ts';

export type SearchTab = 'front' | 'choices' | 'blocks' | 'history';

export const searchTabs: readonly Tab<SearchTab, SearchTabProps>[] = [
  {
    id: 'front',
    label: 'Front',
    title: 'Cost against quality: the nets that no other one beats in both',
    load: () => import('./FrontTab.svelte'),
  },
  {
    id: 'choices',
    label: 'Choices',
    title: 'Every net as a line through its choices; press a choice to see its nets alone',
    load: () => import('./ChoicesTab.svelte'),
  },
  {
    id: 'blocks',
    label: 'Blocks',
    title: 'How often each choice is on the front, and where the multiply-accumulates are',
    load: () => import('./BlocksTab.svelte'),
  },
  {
    id: 'history',
    label: 'History',
    title: 'The best so far against the number of nets, beside random search',
    load: () => import('./HistoryTab.svelte'),
  },
];
