// The profile that ships with the page: MobileNetV2 on a software adapter, shown as recorded until this device has numbers of its own.
import { fromCommandLine } from './record.ts';
// Made with `npm run -s bottleneck -- profile mobilenetv2_100 --json`.
import printed from './recorded.json';

/** `netHash` of the net that the page opens with. */
export const recordedHash = '6a34c1ab97e8c469';
export const recordedProfile = fromCommandLine(printed, recordedHash);
