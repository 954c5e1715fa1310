// Package e2e runs the whole product as a person would: the built binary, a private Postgres, a Temporal dev server, real git
// repositories and, for the page, a real Chromium. It holds tests only and imports nothing of the product, so that it
// sees what users see.
//
// `make chaos` runs the long form of TestSurvivesTheDeathOfEveryPart (BACKSIGHT_CHAOS; BACKSIGHT_CHAOS_SEED chooses the order of the blows).
// BACKSIGHT_E2E_REPOS=DIR runs the main job on the git repositories below DIR instead of generated ones.
package e2e
