// Whether the page is the embed: a net to look at inside another site, without the editor and without the visitor's stored state.

/** The address asks for it: `?embed` before the fragment. The server's header and the page go by this one rule. */
export const asksForEmbed = (search: string): boolean => new URLSearchParams(search).has('embed');

/**
 * Inside another page there is never anything else, whatever the address: a site that frames the editor could lay its own controls over
 * it and have the visitor's clicks change or hand out the visitor's net. Many hosts cannot send `frame-ancestors`, so the page holds
 * to this by itself; public/theme.js has the same rule.
 */
export const isEmbed = (window: {
  readonly self: unknown;
  readonly top: unknown;
  readonly location: { readonly search: string };
}): boolean => asksForEmbed(window.location.search) || window.self !== window.top;
