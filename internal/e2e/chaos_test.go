package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// trial says what is done to an installation while it fills an insight.
type trial struct {
	repositories int
	rate         int  // samples per second at most while it lasts, so that every blow falls into the middle
	kills        int  // of one part each: worker, API, Temporal, Postgres
	falls        int  // of everything at once
	pauses       int  // each with its resume
	fullDisk     bool // once
	damage       bool // once, of a mirror's pack
}

// TestSurvivesTheDeathOfEveryPart is the short form of TestChaos.
func TestSurvivesTheDeathOfEveryPart(t *testing.T) {
	t.Parallel()
	suffer(t, trial{repositories: 40, rate: 12, kills: 6, falls: 1, pauses: 1})
}

// Everything that can befall an installation befalls it at random while it fills an insight over many repositories. `make chaos`
// runs it; BACKSIGHT_CHAOS_SEED chooses the order of the blows, which a failure prints.
func TestChaos(t *testing.T) {
	if os.Getenv("BACKSIGHT_CHAOS") == "" {
		t.Skip("takes minutes: make chaos")
	}
	suffer(t, trial{repositories: 220, rate: 15, kills: 22, falls: 2, pauses: 3, fullDisk: true, damage: true})
}

// suffer fills an insight undisturbed, then the same one under blows, and holds both equal: every sample and every point. Only the
// samples of a damaged mirror may be partial or failed, with the reason.
func suffer(t *testing.T, plan trial) {
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
	c.view, _ = c.create(t, c.insight("disturbed", "--repos", ".")...) // a scope of its own makes it a series of its own
	for _, blow := range c.blows() {
		c.strike(blow)
	}
	c.set("insights.historical.worker.rateLimit", "0")
	end := c.waitFor("the end", func(now tally) bool { return now.Pending == 0 })

	got := c.samples(t, c.view.ID)
	c.requireEqual(want, got)
	c.requireEnded(end)
	c.requireChart(got)
	t.Logf("%d polls, %d blows; at the end %+v", c.polls, c.struck, end)
}

// chaos is a stack under blows. Beside `backsight up` it has an API process of its own, through which everything is asked.
type chaos struct {
	*stack
	t      *testing.T
	plan   trial
	random *rand.Rand
	disk   *disk
	mirror string // the repository that is a mirror, "" without one
	view   insight

	api           atomic.Int64 // its process id, 0 while there is none
	polls, struck int
	last          tally // of the poll before
}

// blow is something that befalls an installation.
type blow struct {
	name string
	do   func()
}

// blows are all blows of the plan, in random order; each part dies at least once.
func (c *chaos) blows() (all []blow) {
	parts := []blow{
		{"kill the worker", func() { c.kill(c.t, "backsight", "worker") }},
		{"kill the API", c.killAPI},
		{"kill Temporal", func() { c.kill(c.t, "temporal", "start-dev") }},
		{"kill Postgres", func() { c.kill(c.t, "postgres", "-D") }},
	}
	for i := range c.plan.kills {
		all = append(all, parts[i%len(parts)])
	}
	for range c.plan.falls {
		all = append(all, blow{"kill everything", c.fall})
	}
	for range c.plan.pauses {
		all = append(all, blow{"pause", c.pause})
	}
	c.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if c.plan.fullDisk {
		all = slices.Insert(all, len(all)/2, blow{"fill the disk", c.fillDisk})
	}
	if c.plan.damage { // while its samples are still to do
		all = slices.Insert(all, len(all)/4, blow{"damage the mirror", c.damageMirror})
	}
	return all
}

// strike deals a blow in the middle of the work: mostly when work was seen to go on since the last one, at times into its recovery.
func (c *chaos) strike(b blow) {
	if before := c.last; before.Planned == 0 || c.random.IntN(4) > 0 {
		c.waitFor("work before: "+b.name, func(now tally) bool { return now.Pending < before.Pending || before.Planned == 0 })
	} else {
		time.Sleep(time.Duration(c.random.IntN(1500)) * time.Millisecond) // a moment of its own, part of the chaos
	}
	require.Positive(c.t, c.last.Pending, "everything is done before: %s", b.name)
	c.t.Logf("%s at %d of %d", b.name, c.last.Planned-c.last.Pending, c.last.Planned)
	b.do()
	c.struck++
}

// poll asks for the tallies once. What a part that is down cannot tell, the next poll tells. The invariants hold in every answer.
func (c *chaos) poll() (tally, bool) {
	select {
	case <-c.ended:
		require.FailNow(c.t, "backsight up ended by itself")
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
		require.Equal(c.t, c.last.Planned, ledger.Planned, "a plan's total is fixed")
		require.LessOrEqual(c.t, ledger.Pending, c.last.Pending, "what is done stays done")
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

// patience is far longer than anything takes: five minutes are the longest back-off, twice.
const patience = 10 * time.Minute

func (c *chaos) waitFor(what string, reached func(tally) bool) tally {
	c.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if now, ok := c.poll(); ok && reached(now) {
			return now
		}
		time.Sleep(50 * time.Millisecond) // between polls of a server, not for synchronisation
	}
	require.FailNow(c.t, "not reached: "+what, "%+v", c.last)
	return tally{}
}

// until repeats what a part that is down refuses.
func (c *chaos) until(what string, do func() error) {
	c.t.Helper()
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
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

// undisturbed fills the insight as it should be. It ends early in a minute: a grid begins with the minute of its creation, and both
// insights are to have the same.
func (c *chaos) undisturbed() []sample {
	for range 5 {
		began := time.Now()
		created, exit := c.create(c.t, c.insight("undisturbed", "--wait")...)
		require.Zero(c.t, exit)
		samples := c.samples(c.t, created.ID)
		if time.Now().Truncate(time.Minute).Equal(began.Truncate(time.Minute)) && time.Until(began.Truncate(time.Minute).Add(time.Minute)) > 5*time.Second {
			return samples
		}
		_, exit = c.run(c.t, "insight", "delete", created.ID)
		require.Zero(c.t, exit)
		time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(time.Minute))) // for the next minute
	}
	require.FailNow(c.t, "the undisturbed run takes longer than a minute: this machine is too slow, or too busy")
	return nil
}

// fall ends everything with SIGKILL, and starts it again.
func (c *chaos) fall() {
	require.NoError(c.t, c.cmd.Process.Kill())
	<-c.ended
	c.start(c.t)
}

// state is what the series' workflow says it does.
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

// pause pauses, sees that nothing is done any more, and resumes.
func (c *chaos) pause() {
	order := func(mutation string) {
		c.until(mutation, func() error {
			return c.graphql(`mutation($id: ID!) { `+mutation+`(seriesId: $id) { seriesId } }`, map[string]any{"id": c.view.Series[0]}, &struct{}{})
		})
	}
	order("pauseInsightSeries")
	c.until("paused", func() error {
		state, inFlight, err := c.state()
		if err == nil && (state != "PAUSED" || inFlight > 0) {
			err = fmt.Errorf("it is %s with %d in flight", state, inFlight)
		}
		return err
	})
	var rest tally
	for seen := 0; seen < 10; {
		if now, ok := c.poll(); ok {
			if seen++; seen == 1 {
				rest = now
			}
			require.Equal(c.t, rest, now, "a paused series rests")
		}
		time.Sleep(50 * time.Millisecond) // between polls
	}
	order("resumeInsightSeries")
}

// requireEqual holds the ledger equal to that of the undisturbed run: commit, outcome and value of every sample.
func (c *chaos) requireEqual(want, got []sample) {
	key := func(s sample) string { return s.Repository + " " + s.Time.Format(time.RFC3339) }
	index := func(list []sample) map[string]sample {
		all := map[string]sample{}
		for _, s := range list {
			s.Series, s.Label, s.Reason = "", "", ""
			all[key(s)] = s
		}
		return all
	}
	damaged, wanted, found := 0, index(want), index(got)
	require.Len(c.t, got, len(want))
	for _, s := range got {
		if c.mirror == "" || s.Repository != c.mirror || s.Outcome != "partial" && s.Outcome != "failed" {
			continue
		}
		require.NotEmpty(c.t, s.Reason, "%+v", s)
		damaged++
		delete(wanted, key(s))
		delete(found, key(s))
	}
	require.Equal(c.t, c.mirror != "", damaged > 0, "the damaged mirror shows")
	require.Empty(c.t, cmp.Diff(wanted, found))
	// Both could be wrong: git itself is asked about some.
	var some []sample
	for i, s := range got {
		if s.Repository != c.mirror && i%17 == 0 {
			some = append(some, s)
		}
	}
	requireTruth(c.t, c.repos, some, "")
}

// requireEnded holds that the workflow tells what the ledger tells, and that no workflow runs but those of the sleeping series.
func (c *chaos) requireEnded(end tally) {
	c.until("a sleeping series that agrees with the ledger", func() error {
		ledger, workflow, err := c.completeness(c.view.ID)
		if err == nil && (workflow == nil || *workflow != ledger || ledger != end) {
			err = fmt.Errorf("the ledger tells %+v, the workflow %+v, the last poll %+v", ledger, workflow, end)
		}
		state, _, stateErr := c.state()
		if err == nil && stateErr == nil && state != "SLEEPING" {
			err = fmt.Errorf("it is %s", state)
		}
		if err == nil {
			err = stateErr
		}
		return err
	})
	var views struct {
		InsightViews struct {
			Nodes []struct{ DataSeries []struct{ SeriesID string } }
		}
	}
	require.NoError(c.t, c.graphql(`{ insightViews(first: 10) { nodes { dataSeries { seriesId } } } }`, nil, &views))
	var sleeping []string
	for _, view := range views.InsightViews.Nodes {
		for _, series := range view.DataSeries {
			sleeping = append(sleeping, "series/"+series.SeriesID)
		}
	}
	require.Len(c.t, sleeping, 2)
	slices.Sort(sleeping)
	c.until("only sleeping series are left", func() error { // visibility follows a moment later; a sync may be at work
		running, err := c.runningWorkflows()
		if err == nil && !slices.Equal(sleeping, running) {
			err = fmt.Errorf("these run: %v; want %v", running, sleeping)
		}
		return err
	})
}

// requireChart holds the chart equal to the sum of the samples: a point that was written twice would count twice.
func (c *chaos) requireChart(got []sample) {
	sums, chart := map[time.Time]float64{}, map[time.Time]float64{}
	for _, s := range got {
		sums[s.Time] += 0 // a time of which nothing is known is on the chart too
		if s.Value != nil {
			sums[s.Time] += *s.Value
		}
	}
	for _, p := range c.points(c.t, c.view.ID) {
		chart[p.Time] = p.Value
	}
	require.Len(c.t, slices.Collect(maps.Keys(sums)), 12)
	require.Empty(c.t, cmp.Diff(sums, chart))
}

// addresses are what `backsight up --json` printed when it was ready.
type addresses struct{ Database, Temporal, Namespace string }

func (s *stack) addresses(t *testing.T) (a addresses) {
	t.Helper()
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(s.log.Name())
		require.NoError(t, err)
		for line := range bytes.Lines(text) {
			var told addresses
			if json.Unmarshal(line, &told) == nil && told.Database != "" {
				a = told // of the last start
			}
		}
		return a.Database != ""
	}, time.Minute, 20*time.Millisecond, "backsight up tells its addresses")
	return a
}
