import type { FieldError, FieldPath } from '../../api/field-path'
import type { AppArmorProfile, PodSecurityContext, SeccompProfile, SecurityContext, Sysctl } from '../../api/types/core-v1.gen'
import { notBetween } from '../../formats/names'
import { oneOf, requiredOneOf } from '../field-checks'

const LARGEST_ID = 2_147_483_647
const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined']

/** Complaints about what a Pod's and a container's security context have in common. */
export function commonSecurityErrors(context: SecurityContext | PodSecurityContext, at: FieldPath): FieldError[] {
  const { runAsUser, runAsGroup, seccompProfile, appArmorProfile } = context
  return [
    ...idErrors(runAsUser, at('runAsUser')),
    ...idErrors(runAsGroup, at('runAsGroup')),
    ...(seccompProfile ? profileErrors(seccompProfile, at('seccompProfile'), 'seccomp') : []),
    ...(appArmorProfile ? profileErrors(appArmorProfile, at('appArmorProfile'), 'AppArmor') : []),
  ]
}

/** Complaints about a Pod's security context. */
export function podSecurityErrors(context: PodSecurityContext, at: FieldPath): FieldError[] {
  const { fsGroup, supplementalGroups = [], sysctls = [], fsGroupChangePolicy, supplementalGroupsPolicy } = context
  return [
    ...commonSecurityErrors(context, at),
    ...idErrors(fsGroup, at('fsGroup')),
    ...supplementalGroups.flatMap((group, index) => idErrors(group, at('supplementalGroups', index))),
    ...sysctlErrors(sysctls, at('sysctls')),
    ...oneOf(fsGroupChangePolicy, ['OnRootMismatch', 'Always'], at('fsGroupChangePolicy')),
    ...oneOf(supplementalGroupsPolicy, ['Merge', 'Strict'], at('supplementalGroupsPolicy')),
  ]
}

const idErrors = (id: number | undefined, at: FieldPath): FieldError[] =>
  id !== undefined && (id < 0 || id > LARGEST_ID) ? [at.invalid(id, notBetween(0, LARGEST_ID))] : []

function profileErrors({ type, localhostProfile }: SeccompProfile | AppArmorProfile, at: FieldPath, what: string): readonly FieldError[] {
  const here = at('localhostProfile')
  if (type === 'Localhost') {
    if (!localhostProfile?.trim()) return [here.required(`must be set when ${what} type is Localhost`)]
    return what === 'seccomp' ? descendingPathErrors(localhostProfile, here) : profileNameErrors(localhostProfile, here)
  }
  if (localhostProfile !== undefined) return [here.invalid(localhostProfile, `can only be set when ${what} type is Localhost`)]
  return requiredOneOf(type, PROFILES, at('type'))
}

/** A path that stays below the folder it is looked up in. */
const descendingPathErrors = (path: string, at: FieldPath): readonly FieldError[] => [
  ...(path.startsWith('/') ? [at.invalid(path, 'must be a relative path')] : []),
  ...(path.split('/').includes('..') ? [at.invalid(path, "must not contain '..'")] : []),
]

const LONGEST_PROFILE = 4095
function profileNameErrors(name: string, at: FieldPath): readonly FieldError[] {
  if (name !== name.trim()) return [at.invalid(name, 'must not be padded with whitespace')]
  return name.length > LONGEST_PROFILE ? [at.tooLong(LONGEST_PROFILE)] : []
}

const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/
const LONGEST_SYSCTL = 253
const SYSCTL_TEXT = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$'

function sysctlErrors(sysctls: readonly Sysctl[], at: FieldPath): FieldError[] {
  const names = new Set<string>()
  return sysctls.flatMap(({ name }, index) => {
    const here = at(index, 'name')
    if (!name) return [here.required()]
    if (!SYSCTL.test(name) || name.length > LONGEST_SYSCTL)
      return [here.invalid(name, `must have at most ${LONGEST_SYSCTL} characters and match regex ${SYSCTL_TEXT}`)]
    const dotted = name.replaceAll('/', '.')
    if (names.has(dotted)) return [here.duplicate(name)]
    names.add(dotted)
    return []
  })
}
