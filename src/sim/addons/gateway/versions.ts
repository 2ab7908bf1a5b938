/** Versions of the Gateway API whose definitions can be installed, newest first. */
export const gatewayApiVersions = ['1.4.1', '1.4.0', '1.3.0', '1.2.1', '1.2.0', '1.1.1', '1.1.0', '1.0.0'] as const
