package workflows

import (
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"
)

// Interceptors returns the interceptors that workers must pass to the SDK together with Register.
// With them, the workflow of a series applies its signals in the order in which they arrived. The
// SDK alone keeps that order only among signals of one name.
func Interceptors() []interceptor.WorkerInterceptor {
	return []interceptor.WorkerInterceptor{&arrivalOrder{}}
}

type arrivalOrder struct {
	interceptor.WorkerInterceptorBase
}

// InterceptWorkflow is called once for each run that a worker holds in memory.
func (*arrivalOrder) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	a := &arrivals{}
	a.Next = next
	return a
}

// arrivals has the names of the signals of a run that were delivered and not taken, in their order.
type arrivals struct {
	interceptor.WorkflowInboundInterceptorBase
	names []string
}

type arrivalsKey struct{}

// ExecuteWorkflow gives the workflow access to its arrivals.
func (a *arrivals) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	return a.Next.ExecuteWorkflow(workflow.WithValue(ctx, arrivalsKey{}, a), in)
}

// HandleSignal is called for each signal in the order of the history, also while it is replayed.
func (a *arrivals) HandleSignal(ctx workflow.Context, in *interceptor.HandleSignalInput) error {
	a.names = append(a.names, in.SignalName)
	return a.Next.HandleSignal(ctx, in)
}

// arrivalsOf returns the arrivals of a run. Without the interceptor it returns arrivals that stay
// empty.
func arrivalsOf(ctx workflow.Context) *arrivals {
	if a, ok := ctx.Value(arrivalsKey{}).(*arrivals); ok {
		return a
	}
	return &arrivals{}
}

// take returns the names and forgets them.
func (a *arrivals) take() []string {
	names := a.names
	a.names = nil
	return names
}
