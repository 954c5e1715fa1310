import { useQuery } from 'urql'
import { RepositoryNamesDocument } from '../../api/generated.ts'
import { useCurrentUser } from '../../api/useCurrentUser.ts'
import { plural } from '../../format/numbers.ts'
import { Link } from '../../router/router.tsx'
import { ButtonLink } from '../../ui/Button.tsx'
import { recipes } from '../recipes.ts'
import styles from './insights.module.css'

/** What a new user sees: an explanation, and recipes that work without changes. */
export function EmptyState() {
  const { role, known } = useCurrentUser()
  const [{ data }] = useQuery({ query: RepositoryNamesDocument, variables: { first: 1 } })
  const repositories = data?.repositories.totalCount
  return (
    <section className={styles.empty}>
      <div className={styles.emptyLead}>
        <h2>Ask your history a question</h2>
        <p>
          An insight counts the matches of a search in your repositories, at many points in time. The chart fills from today backwards. For every
          number, you can see the repositories and commits in which it was counted.
        </p>
        {known && role === 'VIEWER' && <p>No insight has been created yet. You are a viewer: only editors and administrators can create insights.</p>}
        <p>
          {role === 'VIEWER' ? null : repositories === 0 ? (
            <>
              No repository is registered yet. {role === 'ADMIN' ? <Link href="/repositories">Add one first</Link> : 'An administrator has to add one first'}.
            </>
          ) : repositories ? (
            <>
              <Link href="/repositories">{plural(repositories, 'repository', 'repositories')}</Link> {repositories === 1 ? 'is' : 'are'} registered. Start with one of these recipes, or with <Link href="/insights/new">an empty form</Link>.
            </>
          ) : null}
        </p>
      </div>
      <ul className={styles.recipes}>
        {role !== 'VIEWER' && recipes.map((recipe) => (
          <li key={recipe.id} className={styles.recipe}>
            <h3>{recipe.name}</h3>
            <p className={styles.question}>{recipe.question}</p>
            <p>{recipe.explanation}</p>
            <div className={styles.queries}>
              {recipe.form().series.map((series) => (
                <code key={series.label}>{series.query}</code>
              ))}
            </div>
            <ButtonLink href={`/insights/new?recipe=${recipe.id}`}>Use “{recipe.name}”</ButtonLink>
          </li>
        ))}
      </ul>
    </section>
  )
}
