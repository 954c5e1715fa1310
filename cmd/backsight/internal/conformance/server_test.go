package conformance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/cmd/backsight/internal/insightcmd"
	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/insights"
)

// series is a query that the server computes over the repositories of the cases that have it.
type series struct {
	query     string
	byValue   bool
	languages bool
	cases     []caseOf
}

// caseOf is one check of a fixture. The field `check` is its index in the fixture's checks.
type caseOf struct {
	*built
	check int
}

// healthyFixture names a fixture whose repository is part of each series, because a series pauses
// itself when all of its searches fail.
const healthyFixture = "packed-refs"

// runServer registers the repositories on a server. For each distinct query, it computes a series
// and compares the samples with the right ones.
func runServer(t *testing.T, root string, all []*built) {
	t.Helper()
	url := startServer(t, root)
	healthy := all[slices.IndexFunc(all, func(x *built) bool { return x != nil && x.fixture.name == healthyFixture })]
	work := make(chan *series)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for s := range work {
				s.run(t.Context(), url, root, healthy)
			}
		})
	}
	for _, s := range seriesOf(all) {
		work <- s
	}
	close(work)
	group.Wait()
}

// seriesOf groups the cases by query. It leaves out the fixtures that are marked `alone`.
func seriesOf(all []*built) (list []*series) {
	places := map[string]*series{}
	for _, x := range all {
		if x == nil || x.alone {
			continue
		}
		for i, c := range x.checks {
			one := x.command(x.builder, c)
			key := fmt.Sprint(one.ByValue, c.languages, c.query)
			if places[key] == nil {
				places[key] = &series{query: c.query, byValue: one.ByValue, languages: c.languages}
				list = append(list, places[key])
			}
			places[key].cases = append(places[key].cases, caseOf{x, i})
		}
	}
	return list
}

// startServer runs `backsight up` until the test ends, and returns its URL when it is ready.
func startServer(t *testing.T, root string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "backsight-conformance-up-")
	require.NoError(t, err)
	// When root runs the test, Postgres runs as another user, who must be able to enter the folder.
	require.NoError(t, os.Chmod(dir, 0o755))
	log, err := os.Create(filepath.Join(dir, "up.log"))
	require.NoError(t, err)
	address := "127.0.0.1:" + freePort(t)
	cmd := exec.Command(program, "up", "--repos", root, "--data", filepath.Join(dir, "data"), "--listen", address,
		"--temporal-ui-port", freePort(t), "--json")
	cmd.Dir = "../../../.."
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the log says why it ended
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT) // fails if it has ended already
		<-ended
		log.Close()
		if t.Failed() {
			t.Logf("kept for inspection: %s", dir)
			return
		}
		os.RemoveAll(dir)
	})
	deadline := time.After(3 * time.Minute)
	for {
		if resp, err := http.Get("http://" + address + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return "http://" + address
			}
		}
		select {
		case <-ended:
			require.FailNow(t, "backsight up ended before it was ready", dir)
		case <-deadline:
			require.FailNow(t, "backsight up is not ready", dir)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// run computes the series and records how its samples differ from the right ones.
func (s *series) run(ctx context.Context, url, root string, healthy *built) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	defer cancel()
	samples, err := s.samples(ctx, url, root, healthy)
	for _, c := range s.cases {
		d, message := "", c.checks[c.check].want.of(c.history, c.history.tip).reason
		switch {
		case c.results[c.check].right != "refused" && err != nil:
			d = err.Error()
		case c.results[c.check].right == "refused" && err == nil:
			d = "not refused"
		case err != nil && !regexp.MustCompile(message).MatchString(err.Error()):
			d = fmt.Sprintf("the message %q, expected %q", err, message)
		case err == nil:
			d = c.compare(samples[c.name(root)])
		}
		if d != "" {
			s.note(c, d)
		}
	}
}

var noting sync.Mutex

// note records a difference. It takes a lock, because series that run at the same time may contain
// cases of the same fixture.
func (*series) note(c caseOf, difference string) {
	noting.Lock()
	defer noting.Unlock()
	c.results[c.check].differences[onServer] = difference
}

// name is the name under which the server registers the repository.
func (x *built) name(root string) string {
	name, _ := strings.CutPrefix(x.path, root+"/")
	return name
}

// samples creates an insight, waits for its backfill, and returns the samples by repository name,
// newest first.
func (s *series) samples(ctx context.Context, url, root string, healthy *built) (map[string][]line, error) {
	var insight insightcmd.Command
	create := &insight.Create
	create.Server, create.JSON, create.Wait = url, true, true
	create.Title, create.Query, create.Capture, create.Languages = "conformance", []string{s.query}, s.byValue, s.languages
	create.Every, create.Points = "1month", monthsSince(2023, time.November)
	create.Repo = []string{healthy.name(root)}
	for _, c := range s.cases {
		if name := c.name(root); !slices.Contains(create.Repo, name) {
			create.Repo = append(create.Repo, name)
		}
	}
	if err := create.Validate(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	var said bytes.Buffer
	if err := create.Run(ctx, &output.Streams{Out: &out, Err: &said}); err != nil && !errors.Is(err, output.ErrReported) {
		return nil, fmt.Errorf("%w: %s", err, said.String())
	}
	var created struct{ ID string }
	if err := json.Unmarshal(out.Bytes(), &created); err != nil {
		return nil, err
	}
	points := &insight.Points
	points.Server, points.JSON, points.ByRepo, points.ID = url, true, true, created.ID
	out.Reset()
	if err := points.Run(ctx, &output.Streams{Out: &out, Err: &said}); err != nil {
		return nil, err
	}
	return s.decode(&out)
}

// decode reads the lines of `backsight insight points --by-repo --json`. A sample with captured
// values or languages has a line for each of them.
func (s *series) decode(out *bytes.Buffer) (map[string][]line, error) {
	samples := map[string][]line{}
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		var l struct {
			Repository, Label, Time, Commit, Outcome, Reason string
			Value                                            *float64
		}
		if err := json.Unmarshal(scanner.Bytes(), &l); err != nil {
			return nil, err
		}
		list := samples[l.Repository]
		if n := len(list); n == 0 || list[n-1].Time != l.Time {
			list = append(list, line{Time: l.Time, Commit: l.Commit, Outcome: l.Outcome, Reason: l.Reason, Values: map[string]int64{}})
		}
		sample := &list[len(list)-1]
		if l.Value != nil {
			n := int64(*l.Value)
			if (s.byValue || s.languages) && l.Label != s.query {
				sample.Values[l.Label] = n
			}
			sample.Value = &n
		}
		samples[l.Repository] = list
	}
	return samples, nil
}

// monthsSince returns the number of months from month m of the year until now, at most
// insights.MaxPoints.
func monthsSince(year int, m time.Month) int {
	now := time.Now().UTC()
	return min((now.Year()-year)*12+int(now.Month()-m), insights.MaxPoints)
}

// compare returns how samples of the server, newest first, differ from the right ones.
func (c caseOf) compare(samples []line) string {
	if len(samples) == 0 {
		return "no samples"
	}
	slices.Reverse(samples)
	var times []int64
	for _, l := range samples {
		when, err := time.Parse(time.RFC3339, l.Time)
		if err != nil {
			return err.Error()
		}
		times = append(times, when.Unix())
	}
	want := c.samples(c.checks[c.check], times)
	if aboutCommits.MatchString(c.checks[c.check].query) {
		// The oldest sample is not compared: the server counts the commits of one month, and
		// c.samples counts all commits before the oldest time.
		want, samples = want[1:], samples[1:]
	}
	for i, l := range samples {
		if c.checks[c.check].languages {
			want[i].answer = want[i].answer.inSeries()
		}
		l.Time = time.Unix(want[i].time, 0).UTC().Format(time.RFC3339)
		if d := differs(want[i], l); d != "" {
			return fmt.Sprintf("at %s: %s", l.Time, d)
		}
	}
	return ""
}

// inSeries returns the answer of an inventory without the groups that a series by language leaves
// out.
func (a answer) inSeries() answer {
	if a.values != nil {
		a.values = maps.Clone(a.values)
		for _, group := range []string{"(binary)", "(vendored)", "(documentation)", "(generated)", "(undetectable)"} {
			delete(a.values, group)
		}
	}
	return a
}
