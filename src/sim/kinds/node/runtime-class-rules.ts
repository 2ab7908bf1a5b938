import { age } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { RuntimeClass } from '../../api/types/node-v1.gen'
import { dnsLabel } from '../../formats/names'
import { immutable, requiredName } from '../field-checks'

/** What may be written of a RuntimeClass, and what `kubectl get` shows of it. */
export const runtimeClassRules: KindRules<RuntimeClass> = {
  validate: ({ handler, overhead }, at) => [
    ...requiredName(handler, at('handler'), dnsLabel),
    // A real server looks at them as at limits, and names them so.
    ...Object.entries(overhead?.podFixed ?? {}).flatMap(([name, amount]) =>
      String(amount).startsWith('-') ? [at('overhead', 'limits').key(name).invalid(amount, 'must be greater than or equal to 0')] : [],
    ),
  ],
  validateUpdate: (object, old, at) => immutable(object.handler, old.handler, at('handler')),
  columns: [['Handler', ({ handler }) => handler], age],
}
