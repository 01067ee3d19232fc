package engine_test

import (
	"fmt"
	"testing"

	"github.com/spf13/afero"
	"github.com/stretchr/testify/require"

	"github.com/lightningdb/lightning-torture/engine"
)

// BenchmarkOpenClose opens and closes a store of 2,000 keys as a crash check does, with all keys in the log or all in
// one table.
func BenchmarkOpenClose(b *testing.B) {
	for _, where := range []string{"log", "table"} {
		b.Run(where, func(b *testing.B) {
			o := engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true}
			db, err := engine.Open("db", o)
			require.NoError(b, err)
			for i := range 2000 {
				k := fmt.Appendf(nil, "key%06d", i*7919%2000)
				require.NoError(b, db.Put(k, []byte("a value of middling size"), engine.NoSync))
			}
			if where == "table" {
				require.NoError(b, db.Flush())
			}
			require.NoError(b, db.Close())
			b.ReportAllocs()
			for b.Loop() {
				db, err := engine.Open("db", o)
				if err != nil {
					b.Fatal(err)
				}
				if err := db.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
