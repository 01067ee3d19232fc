package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/program/kernel"
	"github.com/lightningdb/lightning-torture/workloads/program/native"
	"github.com/lightningdb/lightning-torture/workloads/program/stage"
)

func TestMain(m *testing.M) {
	kernel.ServeIfAsked()
	stage.Main(native.Job(), kernel.Job())
	testscript.Main(m, map[string]func(){
		"lightning-torture": main,
	})
}

// TestScripts runs the command as a user does.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error { // for the script that calls go test, since HOME does not exist there
			cache, err := exec.Command("go", "env", "GOCACHE").Output()
			if err == nil {
				e.Setenv("GOCACHE", strings.TrimSpace(string(cache)))
			}
			return nil
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "fuse": // whether FUSE disks can be mounted here
				return stage.Possible(t.Context()) == nil, nil
			case "ext4": // whether ext4 can
				return errors.Join(kernel.Possible("ext4"), stage.Possible(t.Context())) == nil, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"store": store, "blobs": blobs, "flip": flip,
		},
	})
}

// store creates a closed store in a directory: "store DIR". It has two tables and a log of three commits.
func store(ts *testscript.TestScript, _ bool, args []string) {
	db, err := engine.Open(ts.MkAbs(args[0]), engine.Options{InlineMaintenance: true})
	ts.Check(err)
	for i := range 200 {
		ts.Check(db.Put(fmt.Appendf(nil, "key %03d", i), fmt.Appendf(nil, "value %0200d", i), engine.NoSync))
	}
	ts.Check(db.Compact())
	ts.Check(db.Put([]byte("flushed"), []byte("in level 0"), engine.Sync))
	ts.Check(db.Flush())
	ts.Check(db.Put([]byte("binary \x00\xff"), []byte("a\nb"), engine.Sync))
	ts.Check(db.Delete([]byte("key 001"), engine.Sync))
	ts.Check(db.Put([]byte("last"), nil, engine.Sync))
	ts.Check(db.Close())
}

// blobs creates a closed store in a directory: "blobs DIR". One blob file has the values of the bottom table, another
// those of the log. The table in level 0 and the log have one range delete each.
func blobs(ts *testscript.TestScript, _ bool, args []string) {
	db, err := engine.Open(ts.MkAbs(args[0]), engine.Options{
		InlineMaintenance: true, BlobValueBytes: 300, LargeValueBytes: 1000, Compression: engine.CompressionZstd,
	})
	ts.Check(err)
	for i := range 30 {
		value := append(bytes.Repeat([]byte("v"), 300+i-1), fmt.Append(nil, i%10)...)
		ts.Check(db.Put(fmt.Appendf(nil, "key %02d", i), value, engine.NoSync))
	}
	ts.Check(db.Put([]byte("key 00"), bytes.Repeat([]byte("w"), 300), engine.NoSync))
	ts.Check(db.Flush())
	ts.Check(db.Compact())
	ts.Check(db.DeleteRange([]byte("key 10"), []byte("key 12"), engine.Sync))
	ts.Check(db.Flush())
	ts.Check(db.Put([]byte("large"), bytes.Repeat([]byte("L"), 2000), engine.Sync))
	ts.Check(db.DeleteRange([]byte("key 20"), []byte("key 22"), engine.Sync))
	ts.Check(db.Close())
}

// flip flips a bit of a file: "flip PATTERN OFFSET". A negative offset counts from the end.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	names, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(names) == 0 {
		ts.Fatalf("no file %s", args[0])
	}
	content, err := os.ReadFile(names[0])
	ts.Check(err)
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	if at < 0 {
		at += len(content)
	}
	content[at] ^= 1
	ts.Check(os.WriteFile(names[0], content, 0o644))
}
