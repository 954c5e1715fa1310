package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// trial describes the disturbances of an installation while it computes the backfill of an insight.
type trial struct {
	repositories int
	rate         int  // samples per second at most, so that work is left for each disturbance
	kills        int  // number of kills of one part: worker, API, Temporal or Postgres
	crashes      int  // number of kills of all parts at once
	pauses       int  // number of pauses, each followed by a resume
	fullDisk     bool // fill the disk once
	damage       bool // damage a mirror's pack once
}

// TestSurvivesTheDeathOfEveryPart is the short form of TestChaos.
func TestSurvivesTheDeathOfEveryPart(t *testing.T) {
	t.Parallel()
	runTrial(t, trial{repositories: 40, rate: 9, kills: 6, crashes: 1, pauses: 1})
}

// TestChaos fills an insight over many repositories, and meanwhile causes every kind of
// disturbance. `make chaos` runs it. The order depends on a random seed, which a failure prints;
// with BACKSIGHT_CHAOS_SEED set to the seed, the order is the same.
func TestChaos(t *testing.T) {
	if os.Getenv("BACKSIGHT_CHAOS") == "" {
		t.Skip("takes minutes: make chaos")
	}
	runTrial(t, trial{repositories: 220, rate: 15, kills: 22, crashes: 2, pauses: 3, fullDisk: true, damage: true})
}

// runTrial fills an insight without disturbance, then an equal one with disturbances, and requires
// that the samples of both are equal, and that the chart shows their sums. Only samples of a
// damaged mirror may be partial or failed, with a reason.
func runTrial(t *testing.T, plan trial) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("BACKSIGHT_CHAOS_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("BACKSIGHT_CHAOS_SEED=%d", seed)

	root := writeRepositories(t, plan.repositories, 30)
	c := &chaos{t: t, plan: plan, random: rand.New(rand.NewPCG(seed, 1))}
	c.disk = newDisk(t, plan.fullDisk)
	c.stack = newStackIn(t, root, c.disk.dir)
	c.start(t)
	c.startAPI()
	if plan.damage {
		c.addMirror()
	}
	c.set("backsight.repository.batchCost", "0") // one workflow for each repository
	want := c.undisturbed()

	c.set("insights.historical.worker.rateLimit", strconv.Itoa(plan.rate))
	// Another scope makes it another series.
	c.view, _ = c.create(t, c.insight("disturbed", "--repos", ".")...)
	for _, d := range c.disturbances() {
		c.disturb(d)
	}
	c.set("insights.historical.worker.rateLimit", "0")
	end := c.waitFor("the end", func(now tally) bool { return now.Pending == 0 })

	got := c.samples(t, c.view.ID)
	c.requireEqual(want, got)
	c.requireEnded(end)
	c.requireChart(got)
	t.Logf("%d polls, %d disturbances; at the end %+v", c.polls, c.disturbed, end)
}

// chaos is a stack that is disturbed. In addition to `backsight up` it has a separate API process,
// which gets all requests.
type chaos struct {
	*stack
	t      *testing.T
	plan   trial
	random *rand.Rand
	disk   *disk
	mirror string // the repository that is a mirror; "" if there is none
	view   insight

	api              atomic.Int64 // the API's process id; 0 while it is not running
	polls, disturbed int
	last             tally // of the previous poll
}

// disturbance is something that happens to an installation.
type disturbance struct {
	name string
	do   func()
}

// disturbances returns all disturbances of the plan. The kills and pauses are in random order; the
// disk is filled half-way, and the mirror is damaged early.
func (c *chaos) disturbances() (all []disturbance) {
	parts := []disturbance{
		{"kill the worker", func() { c.kill(c.t, "backsight", "worker") }},
		{"kill the API", c.killAPI},
		{"kill Temporal", func() { c.kill(c.t, "temporal", "start-dev") }},
		{"kill Postgres", func() { c.kill(c.t, "postgres", "-D") }},
	}
	for i := range c.plan.kills {
		all = append(all, parts[i%len(parts)])
	}
	for range c.plan.crashes {
		all = append(all, disturbance{"kill everything", c.crash})
	}
	for range c.plan.pauses {
		all = append(all, disturbance{"pause", c.pause})
	}
	c.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if c.plan.fullDisk {
		all = slices.Insert(all, len(all)/2, disturbance{"fill the disk", c.fillDisk})
	}
	if c.plan.damage { // early, while the mirror's samples are pending
		all = slices.Insert(all, len(all)/4, disturbance{"damage the mirror", c.damageMirror})
	}
	return all
}

// disturb causes one disturbance while samples are pending: usually after there was progress since
// the previous disturbance, sometimes during the recovery from it.
func (c *chaos) disturb(d disturbance) {
	if before := c.last; before.Planned == 0 || c.random.IntN(4) > 0 {
		c.waitFor("work before: "+d.name, func(now tally) bool { return now.Pending < before.Pending || before.Planned == 0 })
	} else {
		// A random moment during the recovery.
		time.Sleep(time.Duration(c.random.IntN(1500)) * time.Millisecond)
	}
	require.Positive(c.t, c.last.Pending, "all work was done before: %s", d.name)
	c.t.Logf("%s at %d of %d", d.name, c.last.Planned-c.last.Pending, c.last.Planned)
	d.do()
	c.disturbed++
}

// poll reads the tallies once, and checks the invariants of every answer. It returns false if the
// answer is incomplete because a part is down or the plan is not yet written; the next poll may
// succeed.
func (c *chaos) poll() (tally, bool) {
	select {
	case <-c.ended:
		require.FailNow(c.t, "backsight up ended unexpectedly")
	default:
	}
	ledger, workflow, err := c.completeness(c.view.ID)
	if err != nil {
		return tally{}, false
	}
	c.polls++
	ledger.requireConsistent(c.t)
	if workflow != nil {
		workflow.requireConsistent(c.t)
	}
	if c.last.Planned > 0 {
		require.Equal(c.t, c.last.Planned, ledger.Planned, "the total of a plan does not change")
		require.LessOrEqual(c.t, ledger.Pending, c.last.Pending, "settled samples stay settled")
	}
	if ledger.Planned != int64(12*c.repositories()) {
		return ledger, false // the plan is being written
	}
	c.last = ledger
	return ledger, true
}

func (c *chaos) repositories() int {
	if c.mirror != "" {
		return c.plan.repositories + 1
	}
	return c.plan.repositories
}

// maxWait is longer than any step takes: it is twice the longest back-off, which is five minutes.
const maxWait = 10 * time.Minute

func (c *chaos) waitFor(what string, reached func(tally) bool) tally {
	c.t.Helper()
	for deadline := time.Now().Add(maxWait); time.Now().Before(deadline); {
		if now, ok := c.poll(); ok && reached(now) {
			return now
		}
		time.Sleep(50 * time.Millisecond) // between polls of a server, not for synchronisation
	}
	require.FailNow(c.t, "not reached: "+what, "%+v", c.last)
	return tally{}
}

// until calls `do` until it succeeds. `do` may fail while a part is down.
func (c *chaos) until(what string, do func() error) {
	c.t.Helper()
	var err error
	for deadline := time.Now().Add(maxWait); time.Now().Before(deadline); {
		if err = do(); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond) // as above
	}
	require.NoError(c.t, err, what)
}

func (c *chaos) set(key, value string) {
	c.until("set "+key, func() error {
		return c.graphql(`mutation($k: String!, $v: String!) { updateSetting(key: $k, value: $v) { key } }`, map[string]any{"k": key, "v": value}, &struct{}{})
	})
}

func (c *chaos) insight(title string, more ...string) []string {
	return append([]string{"--title", title, "--query", "TODO case:yes", "--every", "1month", "--points", "12"}, more...)
}

// undisturbed fills the insight without disturbance, and returns its samples.
func (c *chaos) undisturbed() []sample {
	created, exit := c.create(c.t, c.insight("undisturbed", "--wait")...)
	require.Zero(c.t, exit)
	return c.samples(c.t, created.ID)
}

// crash kills all parts with SIGKILL and starts them again.
func (c *chaos) crash() {
	require.NoError(c.t, c.cmd.Process.Kill())
	<-c.ended
	c.start(c.t)
}

// state returns the state that the series' workflow reports.
func (c *chaos) state() (state string, inFlight int, err error) {
	var answer struct {
		InsightSeries struct {
			Workflow *struct {
				State    string
				InFlight int
			}
		}
	}
	err = c.graphql(`query($id: ID!) { insightSeries(id: $id) { workflow { state inFlight } } }`, map[string]any{"id": c.view.Series[0]}, &answer)
	if err == nil && answer.InsightSeries.Workflow == nil {
		err = fmt.Errorf("the workflow does not answer")
	}
	if err != nil {
		return "", 0, err
	}
	return answer.InsightSeries.Workflow.State, answer.InsightSeries.Workflow.InFlight, nil
}

// pause pauses the series, checks that no more samples get an outcome, and resumes it.
func (c *chaos) pause() {
	send := func(mutation string) {
		c.until(mutation, func() error {
			return c.graphql(`mutation($id: ID!) { `+mutation+`(seriesId: $id) { seriesId } }`, map[string]any{"id": c.view.Series[0]}, &struct{}{})
		})
	}
	send("pauseInsightSeries")
	c.until("paused", func() error {
		state, inFlight, err := c.state()
		if err == nil && (state != "PAUSED" || inFlight > 0) {
			err = fmt.Errorf("the series is %s with %d child workflows in flight", state, inFlight)
		}
		return err
	})
	var rest tally
	for seen := 0; seen < 10; {
		if now, ok := c.poll(); ok {
			if seen++; seen == 1 {
				rest = now
			}
			require.Equal(c.t, rest, now, "a paused series settles no samples")
		}
		time.Sleep(50 * time.Millisecond) // between polls
	}
	send("resumeInsightSeries")
}

// addresses holds what `backsight up --json` printed when it was ready.
type addresses struct{ Database, Temporal, Namespace string }

func (s *stack) addresses(t *testing.T) (a addresses) {
	t.Helper()
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(s.log.Name())
		require.NoError(t, err)
		for line := range bytes.Lines(text) {
			var told addresses
			if json.Unmarshal(line, &told) == nil && told.Database != "" {
				a = told // the last start counts
			}
		}
		return a.Database != ""
	}, time.Minute, 20*time.Millisecond, "backsight up did not print its addresses")
	return a
}
