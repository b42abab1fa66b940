// The profile that ships with the page: MobileNetV2 on a software adapter, shown as recorded until this device has numbers of its own.
import { fromCommandLine } from './record.ts';
// Made with `npm run -s bottleneck -- profile mobilenetv2_100 --json`.
import printed from './recorded.json';

/** `netHash` of the net that the page opens with. */
export const recordedHash = 'ee2ca08ab1d3532a';
export const recordedProfile = fromCommandLine(printed, recordedHash);
