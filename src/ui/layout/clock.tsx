import { useTranslate } from '../i18n/i18n'
import { send } from '../state/cluster-link'
import { useCluster } from '../state/cluster-store'
import { Icon } from './icons'

export const SPEEDS = [1, 10, 60] as const

/** The speed to go on with after a pause. */
let lastSpeed = 1

export function setSpeed(speed: number) {
  if (speed > 0) lastSpeed = speed
  useCluster.setState({ speed })
  send({ type: 'speed', speed })
}

export const togglePause = () => setSpeed(useCluster.getState().speed === 0 ? lastSpeed : 0)

export function Clock() {
  const t = useTranslate()
  const speed = useCluster((cluster) => cluster.speed)
  const paused = speed === 0
  return (
    <section className="clock" aria-label={t('clock.label')} data-paused={paused}>
      <div className="speeds" role="group" aria-label={t('clock.label')}>
        <button
          className="button"
          aria-pressed={paused}
          aria-label={paused ? t('clock.play') : t('clock.pause')}
          title={paused ? t('clock.play') : t('clock.pause')}
          onClick={togglePause}
        >
          <Icon name={paused ? 'play' : 'pause'} />
        </button>
        {SPEEDS.map((each) => (
          <button
            key={each}
            className="button"
            aria-pressed={speed === each}
            aria-label={t('clock.speed', { speed: each })}
            onClick={() => setSpeed(each)}
          >
            {each}×
          </button>
        ))}
        <button
          className="button"
          disabled={!paused}
          aria-label={t('clock.step')}
          title={t('clock.step')}
          onClick={() => send({ type: 'step' })}
        >
          <Icon name="step" />
        </button>
      </div>
      <ClusterTime />
    </section>
  )
}

/** On its own, so that the passing second redraws nothing else. */
function ClusterTime() {
  const t = useTranslate()
  const seconds = useCluster(({ nowMs, startMs }) => Math.floor((nowMs - startMs) / 1000))
  const text = elapsed(seconds)
  return <time title={t('clock.since', { time: text })}>{text}</time>
}

/** `0:07`, `12:34`, `1:02:03`. */
export function elapsed(seconds: number): string {
  const [s, m, h] = [seconds % 60, Math.floor(seconds / 60) % 60, Math.floor(seconds / 3600)]
  const two = (value: number) => String(value).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}
