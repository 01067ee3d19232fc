package cli

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lightningdb/lightning-torture/workloads/torture"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"stubborn": stubborn,
		"doomed":   doomed,
	})
}

// stubborn is the tool with a lab that does not stop when it is asked to.
func stubborn() {
	c := newCLI(App{Targets: []torture.Target{{Name: "lightning"}}})
	c.check = func(ctx context.Context, _ torture.Target, _ torture.Options) (*torture.Result, error) {
		fmt.Println("running")
		<-ctx.Done()
		fmt.Println("asked to stop")
		select {}
	}
	os.Exit(c.execute(os.Args[1:]))
}
