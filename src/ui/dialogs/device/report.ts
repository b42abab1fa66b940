// The copyable report of the device: what somebody needs to know to help.
import type { DeviceFacts } from '../../../workers/border/protocol.ts';
import type { EngineStatus } from '../../state/engine.svelte.ts';
import { adapterText } from '../../parts/adapter-text.ts';
import { bytes } from '../../parts/format.ts';

export interface ReportLine {
  readonly label: string;
  readonly text: string;
}

const yes = (value: boolean): string => (value ? 'yes' : 'no');

/** Lines about the device; without one, why there is none. */
export function deviceLines(facts: DeviceFacts | undefined, status: EngineStatus, browser: string): ReportLine[] {
  if (!facts) {
    return [
      { label: 'Adapter', text: status.kind === 'none' ? `none: ${status.why}` : 'looking for one' },
      { label: 'Browser', text: browser },
    ];
  }
  const { adapter, capabilities, timestamps, limits } = facts;
  return [
    { label: 'Adapter', text: adapterText(adapter) },
    {
      label: 'Vendor, architecture',
      text: [adapter.vendor, adapter.architecture].filter(Boolean).join(', ') || 'not said',
    },
    ...(adapter.device || adapter.description
      ? [{ label: 'Device', text: [adapter.device, adapter.description].filter(Boolean).join(', ') }]
      : []),
    { label: 'Browser', text: browser },
    { label: 'Half precision (shader-f16)', text: yes(capabilities.f16) },
    { label: 'Subgroups', text: yes(capabilities.subgroups) },
    { label: 'Packed 8-bit dot product', text: yes(capabilities.packedDot) },
    { label: 'Timestamps', text: timestamps ? 'yes' : 'no: times are estimated from wall clocks' },
    { label: 'Largest buffer, binding', text: `${bytes(limits.maxBufferBytes)}, ${bytes(limits.maxBindingBytes)}` },
    { label: 'Workgroup memory', text: bytes(capabilities.maxWorkgroupStorageBytes) },
    { label: 'Invocations a workgroup', text: String(capabilities.maxInvocationsPerWorkgroup) },
    { label: 'Storage buffers a shader', text: String(capabilities.maxStorageBuffersPerStage) },
  ];
}

export interface ReportContext {
  readonly userAgent: string;
  readonly version: string;
  readonly net: string;
  readonly hash: string;
  readonly link: string | undefined;
  readonly problem: string | undefined;
}

/** Plain text for an issue or a mail. */
export function reportText(
  lines: readonly ReportLine[],
  { userAgent, version, net, hash, link, problem }: ReportContext,
): string {
  return [
    `Bottleneck ${version}`,
    ...lines.map(({ label, text }) => `${label}: ${text}`),
    `User agent: ${userAgent}`,
    `Net: ${net} (${hash})`,
    ...(problem === undefined ? [] : [`Problem: ${problem}`]),
    ...(link === undefined ? [] : [`Link: ${link}`]),
    '',
  ].join('\n');
}
