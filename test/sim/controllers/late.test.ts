import { expect, test } from 'vitest'
import * as outlines from '../../../src/sim/controllers/late'

const { lateControllers, ...controllers } = outlines

test.each(Object.entries(controllers))(
  '%s stands in for its controller with the same name, account, source of events and watches',
  (_, given) => {
    const outline = typeof given === 'function' ? given({ may: () => ({ allowed: false }), release: [1, 36] }) : given
    const controller = lateControllers.code.find(({ name }) => name === outline.name)!
    expect(outline).toMatchObject({ name: controller.name, reconciles: controller.reconciles })
    expect([outline.account, outline.source, outline.resyncMs]).toEqual([controller.account, controller.source, controller.resyncMs])
    expect(outline.retries).toEqual(controller.retries)
    const kindsOf = ({ watches }: typeof outline) => Object.entries(watches).map(([key, { kind }]) => [key, kind.plural])
    expect(kindsOf(outline)).toEqual(kindsOf(controller))
  },
)
