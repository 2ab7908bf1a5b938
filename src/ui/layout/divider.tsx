import { useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useTranslate } from '../i18n/i18n'
import { useSettings } from '../state/settings'

type Size = 'lessonWidth' | 'terminalShare' | 'inspectorWidth'

/** How each size answers to a drag: which axis, which way it grows, its limits and the step of an arrow key. */
const sizes: Readonly<
  Record<
    Size,
    { axis: 'x' | 'y'; grows: 1 | -1; least: number; most: number; step: number; name: 'view.lesson' | 'view.terminal' | 'view.inspector' }
  >
> = {
  lessonWidth: { axis: 'x', grows: 1, least: 260, most: 760, step: 20, name: 'view.lesson' },
  inspectorWidth: { axis: 'x', grows: -1, least: 260, most: 760, step: 20, name: 'view.inspector' },
  terminalShare: { axis: 'y', grows: -1, least: 0.15, most: 0.85, step: 0.03, name: 'view.terminal' },
}

/** The gap between two panels: drag it, or focus it and use the arrow keys. */
export function Divider({ of }: { of: Size }) {
  const t = useTranslate()
  const value = useSettings((settings) => settings[of])
  const set = useSettings((settings) => settings.set)
  const [dragging, setDragging] = useState<{ from: number; value: number } | undefined>()
  const { axis, grows, least, most, step, name } = sizes[of]
  const change = (to: number) => set({ [of]: Math.min(most, Math.max(least, to)) })
  const along = (event: PointerEvent) => (axis === 'x' ? event.clientX : event.clientY)

  const onKeyDown = (event: KeyboardEvent) => {
    const [less, more] = axis === 'x' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown']
    const by = event.key === less ? -step : event.key === more ? step : 0
    if (by === 0) return
    event.preventDefault()
    change(value + by * grows)
  }
  return (
    <div
      className="divider"
      role="separator"
      tabIndex={0}
      data-of={of}
      data-dragging={dragging !== undefined}
      aria-label={t(name)}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
      aria-valuenow={Math.round(value > 1 ? value : value * 100)}
      aria-valuemin={Math.round(least > 1 ? least : least * 100)}
      aria-valuemax={Math.round(most > 1 ? most : most * 100)}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        setDragging({ from: along(event), value })
      }}
      onPointerMove={(event) => {
        if (!dragging) return
        const scale = axis === 'y' ? 1 / (event.currentTarget.parentElement?.clientHeight || 1) : 1
        change(dragging.value + (along(event) - dragging.from) * grows * scale)
      }}
      onPointerUp={() => setDragging(undefined)}
      onPointerCancel={() => setDragging(undefined)}
    />
  )
}
