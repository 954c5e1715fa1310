package activities_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/gitrepo"
)

// noConnection is git's error for a host whose name does not resolve.
var noConnection = &gitrepo.Error{Object: "remote", Verb: "ls-remote", Stderr: "fatal: unable to access: Could not resolve host: x", Err: errors.New("exited 128")}

// An unreachable host is tried by one repository at a time, however many repositories are on it.
// After the host has answered, even with a refusal, all repositories try it again.
func TestUnreachableHostIsTriedByOneRepositoryAtATime(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	hosts := &activities.Hosts{Now: time.Now()}
	tries := 0
	unreachable := func() error { tries++; return noConnection }
	ask := func(n int, try func() error) error {
		return hosts.Reach(ctx, fmt.Sprintf("https://host.example/%d.git", n), try)
	}
	for range 100 { // one per second
		for n := range 360 {
			require.Error(t, ask(n, unreachable))
		}
		hosts.Now = hosts.Now.Add(time.Second)
	}
	require.Equal(t, 5, tries, "at 0, 5, 15, 35 and 75 seconds, of 36,000")
	require.ErrorContains(t, ask(1, unreachable), "https://host.example: the host has been unreachable since ")
	require.NoError(t, hosts.Reach(ctx, "https://other.example/1.git", func() error { return nil }))
	require.Equal(t, 1, hosts.Remembered())

	// While one repository tries the host, the others do not.
	hosts.Now = hosts.Now.Add(time.Hour)
	trying, answer := make(chan struct{}), make(chan error)
	var probe sync.WaitGroup
	probe.Go(func() {
		_ = ask(1, func() error { close(trying); return <-answer })
	})
	<-trying
	require.Error(t, ask(2, func() error { t.Error("two at a time"); return nil }))
	hosts.Now = hosts.Now.Add(time.Minute)
	require.ErrorIs(t, ask(2, unreachable), noConnection, "the wait is shorter than a clone may take")
	require.Equal(t, 1, hosts.Remembered())
	answer <- errors.New("access denied")
	probe.Wait()
	require.Zero(t, hosts.Remembered())
	require.NoError(t, ask(2, func() error { return nil }))

	// An interrupted attempt lets another repository try.
	require.Error(t, ask(1, unreachable))
	hosts.Now = hosts.Now.Add(time.Hour)
	stopped, stop := context.WithCancel(ctx)
	_ = hosts.Reach(stopped, "https://host.example/1.git", func() error { stop(); return stopped.Err() })
	hosts.Now = hosts.Now.Add(time.Minute)
	require.NoError(t, ask(2, func() error { return nil }))
}

func TestNumberOfRememberedHostsIsBounded(t *testing.T) {
	t.Parallel()
	hosts := &activities.Hosts{Now: time.Now()}
	for range 2 {
		for n := range 3000 {
			_ = hosts.Reach(t.Context(), fmt.Sprintf("https://%d.example/a.git", n), func() error { return noConnection })
		}
		require.Equal(t, 1000, hosts.Remembered())
		hosts.Now = hosts.Now.Add(time.Hour)
	}
	_ = hosts.Reach(t.Context(), "https://late.example/a.git", func() error { return noConnection })
	require.Equal(t, 1, hosts.Remembered(), "hosts that may be tried again make room")
}

// The second repository of an unreachable host does not wait for the host.
func TestSyncRemembersAnUnreachableHost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	url := "http://ann:secret@" + listener.Addr().String()
	first, second := b.remote("first", url+"/1.git"), b.remote("second", url+"/2.git")
	require.Contains(t, b.synced(first).Error, "git ls-remote")
	failure := b.synced(second).Error
	require.Contains(t, failure, "the host has been unreachable since")
	require.NotContains(t, failure, "secret")
	require.NotContains(t, failure, "1.git", "the error does not name another repository")
}
