import type { Status } from '../../api/status'

/** The answer of a subresource that does something and has nothing to show for it. */
export const success = (code: number): Status => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code })
