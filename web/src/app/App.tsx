import { useEffect, useRef } from 'react'
import { useCurrentUser } from '../api/useCurrentUser.ts'
import { InsightPage } from '../pages/insight/InsightPage.tsx'
import { InsightsPage } from '../pages/insights/InsightsPage.tsx'
import { NewInsightPage } from '../pages/new/NewInsightPage.tsx'
import { RepositoriesPage } from '../pages/repositories/RepositoriesPage.tsx'
import { Link, matchRoute, usePath, type Route } from '../router/router.tsx'
import styles from './app.module.css'
import { HealthBanner } from './HealthBanner.tsx'
import { ThemeSwitch } from './ThemeSwitch.tsx'
import { Announcer } from '../ui/Announcer.tsx'

export function App() {
  const path = usePath()
  const route = matchRoute(path)
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  // After navigation the focus moves to the new page, so screen readers read it from its start.
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true })
    first.current = false
  }, [path])

  return (
    <Announcer>
      <a href="#main" className={styles.skip}>
        Skip to content
      </a>
      <header className={styles.bar}>
        <div className={styles.barInner}>
          <Link href="/" className={styles.brand} aria-label="Backsight, all insights">
            <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden="true">
              <rect width="32" height="32" rx="8" className={styles.brandTile} />
              <path d="M6 22l7-8 6 4 7-9" className={styles.brandLine} />
            </svg>
            <span className={styles.brandName}>Backsight</span>
          </Link>
          <nav aria-label="Main" className={styles.nav}>
            <NavLink href="/" current={route.page === 'insights' || route.page === 'insight'}>
              Insights
            </NavLink>
            <NavLink href="/repositories" current={route.page === 'repositories'}>
              Repositories
            </NavLink>
          </nav>
          <div className={styles.barEnd}>
            <SignedIn />
            <a href="/graphiql" className={styles.navLink}>
              API
            </a>
            <ThemeSwitch />
          </div>
        </div>
      </header>
      <HealthBanner />
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        <Page route={route} />
      </main>
    </Announcer>
  )
}

const roleNames = { VIEWER: 'viewer', EDITOR: 'editor', ADMIN: 'administrator' }

/** The name and role of the person, if the server is behind an authenticating proxy. */
function SignedIn() {
  const { name, role } = useCurrentUser()
  if (name === '') return null
  return (
    <span className={styles.signedIn} title={`You are signed in as ${name}, ${roleNames[role]}.`}>
      {name} <span className={styles.roleName}>({roleNames[role]})</span>
    </span>
  )
}

function NavLink({ href, current, children }: { href: string; current: boolean; children: string }) {
  return (
    <Link href={href} className={styles.navLink} aria-current={current ? 'page' : undefined}>
      {children}
    </Link>
  )
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'insights':
      return <InsightsPage />
    case 'new':
      return <NewInsightPage />
    case 'insight':
      return <InsightPage key={route.id} id={route.id} />
    case 'repositories':
      return <RepositoriesPage />
    case 'unknown':
      return (
        <div className={styles.unknown}>
          <h1>This page does not exist</h1>
          <p>
            The address may be mistyped. <Link href="/">All insights</Link>
          </p>
        </div>
      )
  }
}
