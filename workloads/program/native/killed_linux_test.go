package native_test

import (
	"context"
	"testing"

	"github.com/lightningdb/lightning-torture/workloads/program"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/programtest"
)

func exploreToKill(s native.Spec) error {
	_, err := native.Explore(context.Background(), native.Request{Spec: s, Profile: "posix-min", Limits: program.Limits{Workers: 1}}, nil)
	return err
}

func TestNothingIsLeftBehindWhicheverProcessIsKilled(t *testing.T) {
	withFUSE(t)
	t.Parallel()
	programtest.Kill(t, 12, func(int) []string { return nil })
}
