/** How one gets WebGPU in a browser. */
export interface BrowserHelp {
  readonly id: 'chromium' | 'firefox' | 'safari';
  readonly name: string;
  readonly lines: readonly string[];
}

/** As of 2026, after the implementation status of the GPU for the Web group and MDN's compatibility data. */
export const browsers: readonly BrowserHelp[] = [
  {
    id: 'chromium',
    name: 'Chrome and Edge',
    lines: [
      'On by default since 113 on Windows (x86), macOS and ChromeOS, and since 121 on Android 12 or newer with most GPUs.',
      'On Linux on by default for Intel GPUs from the 12th generation (since 144) and for NVIDIA with a driver from 535.183 (since 147). With others start it as `google-chrome --enable-unsafe-webgpu --ozone-platform=x11 --use-angle=vulkan --enable-features=Vulkan,VulkanFromANGLE`.',
      'On Windows on ARM switch on `chrome://flags/#enable-unsafe-webgpu`.',
      'If it is on and there is no adapter: is hardware acceleration on (Settings, System)? `chrome://gpu` says what is blocked and why.',
    ],
  },
  {
    id: 'firefox',
    name: 'Firefox',
    lines: [
      'On by default since 141 on Windows, since 145 on macOS 26 with Apple silicon, and since 147 on older macOS with Apple silicon.',
      'On Linux and Android use Nightly, or set `dom.webgpu.enabled` to true in `about:config` and restart.',
      '`about:support` says under Graphics what is blocked and why.',
    ],
  },
  {
    id: 'safari',
    name: 'Safari',
    lines: [
      'On by default since 26, on macOS 26, iOS 26, iPadOS 26 and visionOS 26.',
      'Before, on macOS: switch on the features for web developers (Settings, Advanced), then WebGPU under Feature Flags.',
    ],
  },
];

/** Which of them a user agent is, most likely; undefined for others. */
export function browserOf(userAgent: string): BrowserHelp['id'] | undefined {
  if (/firefox\//i.test(userAgent)) return 'firefox';
  if (/chrome\/|chromium\/|edg\//i.test(userAgent)) return 'chromium';
  return /safari\//i.test(userAgent) ? 'safari' : undefined;
}

/** Text cut at its backticks: every second piece is code. */
export const codePieces = (line: string): readonly string[] => line.split('`');
