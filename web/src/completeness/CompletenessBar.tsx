import styles from './completeness.module.css'
import { outcomes, pace, percentDone, segments, sentence, type Tally } from './tally.ts'

/**
 * The samples by outcome, as a bar and as text. The text names what is not exact, so colour is not
 * the only sign.
 */
export function CompletenessBar({ tally, label = 'Completeness', quiet = false }: { tally: Tally; label?: string; quiet?: boolean }) {
  const words = sentence(tally)
  const moving = pace(tally)
  return (
    <div className={styles.completeness}>
      <div
        className={quiet && tally.pending === 0 ? `${styles.bar} ${styles.quiet}` : styles.bar}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percentDone(tally)}
        aria-valuetext={words}
      >
        {segments(tally).map((segment) => (
          <span key={segment.outcome} className={styles[segment.outcome]} style={{ flexGrow: segment.share }} title={`${segment.outcome}: ${segment.count}`} />
        ))}
      </div>
      <div className={`${styles.words} numbers`}>
        <span>{words}</span>
        {moving && <span className={styles.pace}>{moving}</span>}
      </div>
    </div>
  )
}

export function OutcomeSwatch({ outcome }: { outcome: (typeof outcomes)[number] }) {
  return <span className={`${styles.swatch} ${styles[outcome]}`} aria-hidden="true" />
}
