// What every end-to-end test starts from: a page that may not log an error, break its policy, or reach beyond its own origin.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test as base, type BrowserContext, type Locator, type Page } from '@playwright/test';

export { expect } from '@playwright/test';

export interface Watch {
  /** What went wrong so far: console errors, uncaught errors, policy violations, requests to other origins. */
  readonly findings: readonly string[];
  /** Findings that match are what the test provokes; say why at the call. */
  allow(expected: RegExp): void;
  /** Watches a context that the test opened itself; those of the fixture are watched already. */
  add(context: BrowserContext): Promise<void>;
}

export const test = base.extend<{ watch: Watch; firstVisit: boolean }>({
  /** True: the page is seen for the first time, with its first steps; other tests begin after those were closed. */
  firstVisit: [false, { option: true }],
  watch: [
    async ({ context, baseURL, firstVisit }, use) => {
      const findings: string[] = [];
      const allowed: RegExp[] = [];
      const find = (finding: string): void => {
        if (!allowed.some((expected) => expected.test(finding))) findings.push(finding);
      };
      const origin = new URL(baseURL ?? '').origin;
      const add = async (watched: BrowserContext): Promise<void> => {
        watched.on('console', (message) => {
          if (message.type() === 'error') find(`console: ${message.text()}`);
        });
        watched.on('weberror', (error) => find(`uncaught: ${error.error().message}`));
        watched.on('dialog', (dialog) => {
          find(`dialog: ${dialog.message()}`);
          void dialog.dismiss();
        });
        watched.on('request', (request) => {
          const url = new URL(request.url());
          if (/^https?:$/.test(url.protocol) && url.origin !== origin) find(`request: ${request.url()}`);
        });
        await watched.addInitScript(() => {
          document.addEventListener('securitypolicyviolation', (event) => {
            console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
          });
        });
      };
      await add(context);
      if (!firstVisit)
        await context.addInitScript(() => {
          try {
            localStorage.setItem('guide', 'closed');
          } catch {
            // A frame of another site may have no storage.
          }
        });
      await use({ findings, allow: (expected) => allowed.push(expected), add });
      expect(findings).toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens the page, with a fragment if given, and waits until a net is drawn. */
export async function open(page: Page, fragment = ''): Promise<void> {
  await page.goto(fragment ? `./#${fragment}` : './');
  await expect(netHash(page)).resolves.toMatch(/^[0-9a-f]{16}$/);
}

/** Identity of the net that the page shows (src/graph/link/link.ts). */
export async function netHash(page: Page): Promise<string> {
  const frame = page.locator('[data-net]');
  await frame.waitFor();
  return (await frame.getAttribute('data-net')) ?? '';
}

/** Waits until the page shows the net of this hash. */
export const expectNet = (page: Page, hash: string): Promise<void> =>
  expect(page.locator('[data-net]')).toHaveAttribute('data-net', hash);

/** Opens a preset as a user does: gallery, search, Enter. */
export async function openPreset(page: Page, name: string): Promise<void> {
  const dialog = await openDialog(page, 'Presets');
  await dialog.getByRole('searchbox').fill(name);
  await dialog.getByRole('button', { name, exact: true }).first().click();
  await expect(dialog).toBeHidden();
  // Keys are the dialog's own until it has given the focus back.
  await expect(page.getByRole('banner').getByRole('button', { name: 'Presets' })).toBeFocused();
}

/** Runs a command of the palette as a user does: Ctrl K, its name, Enter once it is the one that is marked. */
export async function runCommand(
  page: Page,
  name: string,
  label: string | RegExp = new RegExp(name, 'i'),
): Promise<void> {
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Find a command or a net' });
  await expect(field).toBeFocused();
  await page.keyboard.type(name);
  await expect(page.getByRole('dialog').getByRole('option', { selected: true })).toContainText(label);
  await page.keyboard.press('Enter');
  await expect(field).toBeHidden();
}

/** Presses the top bar's button of that name and waits for its dialog. */
export async function openDialog(page: Page, button: 'Presets' | 'Share' | 'All commands'): Promise<Locator> {
  await page.getByRole('banner').getByRole('button', { name: button }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  return dialog;
}

/**
 * Serious and critical findings of axe, one line each: rule, element, what is wrong. Of the part named or, with a dialog open,
 * of that dialog alone: the page behind it is inert, and looking at it again would take most of the time.
 */
export async function axeFindings(page: Page, part?: string): Promise<string[]> {
  // Without frames there is nothing to merge in a page of its own, and what passed needs no details: half the time.
  const builder = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const within = (await page.getByRole('dialog').isVisible()) ? '[role="dialog"]' : part;
  const { violations } = await (within ? builder.include(within) : builder).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} – ${node.failureSummary ?? ''}`));
}

/** By how many pixels the page is wider than the window; 0 when nothing makes it scroll sideways. */
export const sidewaysScroll = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Processor time of the page's longest task in a trace that Browser.startTracing wrote, milliseconds: what other work on the machine does not change. */
export function longestTaskMs(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as {
    traceEvents: { name: string; pid: number; tid: number; tdur?: number; args: { name?: string } }[];
  };
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  );
  const tasks = traceEvents
    .filter(({ name, pid, tid }) => name === 'RunTask' && mains.has(`${pid}/${tid}`))
    .map(({ tdur }) => (tdur ?? 0) / 1000);
  expect(tasks.length).toBeGreaterThan(20);
  return Math.max(...tasks);
}
