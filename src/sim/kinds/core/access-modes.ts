import type { FieldError, FieldPath } from '../../api/field-path'

const SHORT: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

/** Access modes as tables show them: `RWO,ROX`. */
export const accessModesText = (modes: readonly string[] = []): string =>
  Object.keys(SHORT)
    .filter((mode) => modes.includes(mode))
    .map((mode) => SHORT[mode])
    .join(',')

/** Complaints about the access modes of a volume or a claim. */
export function accessModeErrors(modes: readonly string[] = [], at: FieldPath, why = ''): FieldError[] {
  if (modes.length === 0) return [at.required(why)]
  const errors = modes.filter((mode) => !SHORT[mode]).map((mode) => at.notSupported(mode, Object.keys(SHORT).sort()))
  if (modes.includes('ReadWriteOncePod') && modes.length > 1)
    errors.push(at.forbidden('may not use ReadWriteOncePod with other access modes'))
  return errors
}
