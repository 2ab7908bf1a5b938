import { formatSelector } from '../formats/selector'
import type { LabelSelector } from '../api/types/meta-v1.gen'
import { isEmptySelector } from './field-checks'

/** A label selector in one cell of a table; `<none>` when it selects by nothing. */
export const selectorText = (selector: LabelSelector | undefined): string =>
  isEmptySelector(selector) ? '<none>' : formatSelector(selector!)
