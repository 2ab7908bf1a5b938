import { defineKind } from '../../api/kind'
import type { KubeObject } from '../../api/object'

/** `wardle.example.com/v1alpha1` Flunder: refers to another Flunder or to a Fischer. */
export interface Flunder extends KubeObject {
  readonly spec?: { readonly reference?: string; readonly referenceType?: string }
  readonly status?: object
}

/** `wardle.example.com/v1alpha1` Fischer: names that Flunders may not have. */
export interface Fischer extends KubeObject {
  readonly disallowedFlunders?: readonly string[]
}

const GROUP = { group: 'wardle.example.com', version: 'v1alpha1' }
const REFERENCES = ['Flunder', 'Fischer']

export const flunder = defineKind<Flunder>({
  ...GROUP,
  kind: 'Flunder',
  plural: 'flunders',
  namespaced: true,
  customSchema: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          reference: { type: 'string', description: 'A name of another flunder or fischer, depending on the reference type.' },
          referenceType: { type: 'string', description: 'The reference type.' },
        },
      },
      status: { type: 'object' },
    },
  },
  // A reference without a type is to a Flunder.
  defaults: (object) =>
    object.spec?.reference && !object.spec.referenceType ? { ...object, spec: { ...object.spec, referenceType: 'Flunder' } } : object,
  validate: ({ spec }, at) =>
    spec?.referenceType && !REFERENCES.includes(spec.referenceType)
      ? [at('spec', 'referenceType').notSupported(spec.referenceType, REFERENCES)]
      : [],
})

export const fischer = defineKind<Fischer>({
  ...GROUP,
  kind: 'Fischer',
  plural: 'fischers',
  namespaced: false,
  customSchema: {
    type: 'object',
    properties: {
      disallowedFlunders: {
        type: 'array',
        description: 'DisallowedFlunders holds a list of Flunder.Names that are disallowed.',
        items: { type: 'string' },
      },
    },
  },
})
