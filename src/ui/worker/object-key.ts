/** `Kind/namespace/name`, or `Kind/name`. */
export const keyFor = (kind: string, namespace: string | undefined, name: string) =>
  namespace ? `${kind}/${namespace}/${name}` : `${kind}/${name}`
