/** `GET /version`, as a server of this release built by the project would say. */
export function versionInfo([major, minor]: readonly [number, number]) {
  return {
    major: String(major),
    minor: String(minor),
    // Announced since compatibility versions exist.
    ...(minor >= 33 && {
      emulationMajor: String(major),
      emulationMinor: String(minor),
      minCompatibilityMajor: String(major),
      minCompatibilityMinor: String(minor - 1),
    }),
    gitVersion: `v${major}.${minor}.0`,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '2026-01-01T00:00:00Z',
    goVersion: 'go1.26.0',
    compiler: 'gc',
    platform: 'linux/amd64',
  }
}
