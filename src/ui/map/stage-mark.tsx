import type { PodStage } from '../worker/summary'

/** A shape for each stage, so that nobody has to tell colours apart. */
const shapes: Readonly<Record<PodStage, React.ReactNode>> = {
  pending: <circle cx="7" cy="7" r="5" strokeDasharray="2.2 2" />,
  starting: (
    <>
      <circle cx="7" cy="7" r="5" opacity="0.35" />
      <path className="turning" d="M7 2a5 5 0 0 1 5 5" strokeWidth="2.2" />
    </>
  ),
  running: <circle cx="7" cy="7" r="5" fill="currentColor" />,
  unready: (
    <>
      <circle cx="7" cy="7" r="5" />
      <path d="M7 2a5 5 0 0 1 0 10z" fill="currentColor" />
    </>
  ),
  failing: <path d="M7 1.500L13 12H1zM7 5.500v3M7 10.300v.1" />,
  done: (
    <>
      <circle cx="7" cy="7" r="5" />
      <path d="M4.600 7.200l1.700 1.700 3.200-3.600" />
    </>
  ),
  ending: (
    <>
      <circle cx="7" cy="7" r="5" opacity="0.5" />
      <path d="M4.500 7h5" />
    </>
  ),
}

export const stages = Object.keys(shapes) as readonly PodStage[] // the record above has every stage as a key

export function StageMark({ stage }: { stage: PodStage }) {
  return (
    <svg
      className="mark"
      data-stage={stage}
      width="14"
      height="14"
      viewBox="0 0 14 14"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {shapes[stage]}
    </svg>
  )
}
