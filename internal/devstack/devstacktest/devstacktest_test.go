package devstacktest_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/backsight/backsight/internal/devstack"
	"github.com/backsight/backsight/internal/devstack/devstacktest"
)

func TestStartTemporal_IsShared(t *testing.T) {
	t.Parallel()

	address := devstacktest.StartTemporal(t)
	require.Equal(t, address, devstacktest.StartTemporal(t), "all tests share one server")

	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	_, err = workflowservice.NewWorkflowServiceClient(conn).DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{
		Namespace: devstack.TemporalNamespace,
	})
	require.NoError(t, err)
}

func TestStart_StartsAStackForOneTest(t *testing.T) {
	t.Parallel()

	stack := devstacktest.Start(t, devstack.Options{})
	conn, err := pgx.Connect(t.Context(), stack.PostgresURL())
	require.NoError(t, err)
	require.NoError(t, conn.Close(context.Background()))
	require.NotEqual(t, devstacktest.StartTemporal(t), stack.TemporalAddress())
}
