import type { FlagSpec } from '../flags'

const recordGoes = '--record will be removed in the future'
const record: FlagSpec = { name: 'record', shorthand: null, type: 'bool', default: 'false', deprecated: recordGoes }
const text = (name: string): FlagSpec => ({ name, shorthand: null, type: 'string', default: '' })
/** Flags that help does not list and commands still take, by command. */
export const hiddenFlags: Readonly<Record<string, readonly FlagSpec[]>> = {
  annotate: [record],
  apply: [record, { name: 'applyset', shorthand: null, type: 'string', default: '' }],
  'apply edit-last-applied': [record],
  // `--cpu` and `--memory` came after the release whose help is shown.
  autoscale: [record, text('cpu'), text('memory')],
  create: [record],
  edit: [record],
  expose: [record],
  kustomize: [
    {
      name: 'enable-managedby-label',
      shorthand: null,
      type: 'bool',
      default: 'false',
      deprecated:
        'The flag `enable-managedby-label` has been deprecated. Use the `managedByLabel` option in the `buildMetadata` field instead.',
    },
    {
      name: 'reorder',
      shorthand: null,
      type: 'string',
      default: 'legacy',
      deprecated: "use the new 'sortOptions' field in kustomization.yaml instead.",
    },
  ],
  label: [record],
  patch: [record],
  run: [record],
  scale: [record],
  'set image': [record],
  'set resources': [record],
  'set selector': [record],
  'set serviceaccount': [record],
}
