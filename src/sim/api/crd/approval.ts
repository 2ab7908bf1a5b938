/** Says where it was decided that a group of the community's own may have this kind. See https://github.com/kubernetes/enhancements/pull/1111 */
export const APPROVED = 'api-approved.kubernetes.io'
export const NEEDS_APPROVAL = `protected groups must have approval annotation ${JSON.stringify(APPROVED)}`
export const SEE = 'see https://github.com/kubernetes/enhancements/pull/1111'

/** Whether a group is the community's own. */
export const isProtected = (group: string) => /(^|\.)(k8s|kubernetes)\.io$/.test(group)
