// Package e2e tests the whole product as its users run it: the built binary, a private Postgres, a
// Temporal development server, real git repositories and, for the page, a real Chromium. It
// contains only tests and imports no package of this module, so it uses only what users can use.
//
// `make chaos` runs TestChaos, the long form of TestSurvivesTheDeathOfEveryPart.
// BACKSIGHT_CHAOS_SEED sets the order of its disturbances. BACKSIGHT_E2E_REPOS=DIR runs TestMainJob
// and TestPage on the git repositories below DIR instead of generated ones.
package e2e
