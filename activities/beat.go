package activities

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
)

// beatEvery is how often something beats that cannot beat from a loop of its own.
const beatEvery = time.Second

// beatWhile runs do, a call into git that tells nothing of its progress, and beats beside it: a clone may take an hour, and
// counts as progress. The process it waits for is bound by ctx.
func beatWhile(ctx context.Context, what string, do func() error) error {
	stop := make(chan struct{})
	stopped := make(chan struct{})
	pulse, beside := ctx.Value(pulseOf{}).(*pulse)
	go func() {
		defer close(stopped)
		tick := time.NewTicker(beatEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if beside {
					pulse.tick()
				}
				activity.RecordHeartbeat(ctx, what)
			case <-stop:
				return
			}
		}
	}()
	defer func() {
		close(stop)
		<-stopped
	}()
	return do()
}

// stallAfter is how long a search may do nothing that it tells of before it counts as hanging: one file of a gigabyte under a
// slow pattern takes half a minute.
const stallAfter = 2 * time.Minute

// pulse beats every beatEvery as long as the work has told of progress within stallAfter. So an activity learns within a
// second or two that it was cancelled, a worker that dies is missed as soon, and work that hangs is not kept alive.
type pulse struct {
	mu       sync.Mutex
	details  string
	at       time.Time
	patience time.Duration // stallAfter, but in tests
	stalled  func()        // called once, in a goroutine of the pulse, when the work is given up
}

// startPulse begins to beat. With the context work, whoever waits for git tells the pulse, too.
func startPulse(ctx context.Context) (work context.Context, p *pulse, stop func()) {
	p = &pulse{at: time.Now(), patience: stallAfter}
	done := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(beatEvery)
		defer tick.Stop()
		for {
			if details, alive := p.look(); alive {
				activity.RecordHeartbeat(ctx, details)
			} else if stalled := p.takeStalled(); stalled != nil {
				stalled()
			}
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	}()
	return context.WithValue(ctx, pulseOf{}, p), p, func() {
		close(done)
		<-stopped
	}
}

// pulseOf is the key of a context's pulse.
type pulseOf struct{}

// on notes what the work is about to do.
func (p *pulse) on(details string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.details, p.at = details, time.Now()
}

// ifStalled sets what is to be done once if the work that follows is given up; nil is nothing.
func (p *pulse) ifStalled(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stalled = do
}

func (p *pulse) takeStalled() (do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do, p.stalled = p.stalled, nil
	return do
}

// tick notes that the work goes on.
func (p *pulse) tick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = time.Now()
}

func (p *pulse) look() (details string, alive bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.details, time.Since(p.at) < p.patience
}

// pause waits and returns early with an error when ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
