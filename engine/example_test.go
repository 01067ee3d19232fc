package engine_test

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/afero"

	"github.com/lightningdb/lightning-torture/engine"
)

// exampleOptions make a store in memory. Without FS a store is on the operating system's filesystem.
func exampleOptions() engine.Options {
	return engine.Options{FS: afero.NewMemMapFs(), InlineMaintenance: true}
}

func must(errs ...error) {
	if err := errors.Join(errs...); err != nil {
		panic(err)
	}
}

// A put with Sync survives a power cut once it has returned.
func Example() {
	db, err := engine.Open("db", exampleOptions())
	must(err)

	must(db.Put([]byte("greeting"), []byte("hello"), engine.Sync))
	value, err := db.Get([]byte("greeting"))
	must(err)
	fmt.Printf("%s\n", value)

	_, err = db.Get([]byte("farewell"))
	fmt.Println(errors.Is(err, engine.ErrNotFound))

	must(db.Close())
	// Output:
	// hello
	// true
}

// The writes of a batch become visible together, and a crash leaves all of them or none.
func ExampleDB_Apply() {
	db, err := engine.Open("db", exampleOptions())
	must(err)
	must(db.Put([]byte("old"), []byte("1"), engine.Sync))

	var b engine.Batch
	b.Delete([]byte("old"))
	b.Put([]byte("new"), []byte("1"))
	must(db.Apply(&b, engine.Sync))

	_, err = db.Get([]byte("old"))
	value, also := db.Get([]byte("new"))
	must(also)
	fmt.Println(errors.Is(err, engine.ErrNotFound), string(value))

	must(db.Close())
	// Output: true 1
}

// Update runs a function in a serializable transaction and starts over if another commit interferes, so two transfers
// from one account never spend the same money.
func ExampleDB_Update() {
	db, err := engine.Open("db", exampleOptions())
	must(err)
	must(db.Put([]byte("alice"), []byte("100"), engine.Sync), db.Put([]byte("bob"), []byte("0"), engine.Sync))

	add := func(txn *engine.Txn, account string, amount int) error {
		value, err := txn.Get([]byte(account))
		if err != nil {
			return err
		}
		balance, err := strconv.Atoi(string(value))
		if err != nil {
			return err
		}
		return txn.Put([]byte(account), strconv.AppendInt(nil, int64(balance+amount), 10))
	}
	must(db.Update(func(txn *engine.Txn) error {
		return errors.Join(add(txn, "alice", -30), add(txn, "bob", 30))
	}))

	must(db.View(func(txn *engine.Txn) error {
		alice, err := txn.Get([]byte("alice"))
		bob, also := txn.Get([]byte("bob"))
		fmt.Printf("alice %s, bob %s\n", alice, bob)
		return errors.Join(err, also)
	}))

	must(db.Close())
	// Output: alice 70, bob 30
}

// Of two concurrent transactions that write the same key, only the first to commit succeeds.
func ExampleTxn_Commit() {
	db, err := engine.Open("db", exampleOptions())
	must(err)

	first, err := db.Begin(engine.TxnOptions{})
	must(err)
	second, err := db.Begin(engine.TxnOptions{})
	must(err)
	must(first.Put([]byte("k"), []byte("first")), second.Put([]byte("k"), []byte("second")))

	fmt.Println(first.Commit(engine.Sync))
	fmt.Println(second.Commit(engine.Sync))

	must(db.Close())
	// Output:
	// <nil>
	// engine: transaction conflict
}

// A snapshot keeps showing the store as it was, whatever is committed or compacted meanwhile.
func ExampleDB_NewSnapshot() {
	db, err := engine.Open("db", exampleOptions())
	must(err)
	must(db.Put([]byte("k"), []byte("before"), engine.Sync))

	snapshot := db.NewSnapshot()
	must(db.Put([]byte("k"), []byte("after"), engine.Sync), db.Compact())

	then, err := snapshot.Get([]byte("k"))
	now, also := db.Get([]byte("k"))
	must(err, also)
	fmt.Printf("%s, %s\n", then, now)

	snapshot.Close()
	must(db.Close())
	// Output: before, after
}

// An iterator shows the keys of one instant in order. Check Error when it has come to its end.
func ExampleDB_NewIterator() {
	db, err := engine.Open("db", exampleOptions())
	must(err)
	for _, k := range []string{"user/3", "user/1", "group/1", "user/2"} {
		must(db.Put([]byte(k), []byte("of "+k), engine.NoSync))
	}

	it, err := db.NewIterator(engine.IterOptions{Prefix: []byte("user/")})
	must(err)
	for ok := it.First(); ok; ok = it.Next() {
		fmt.Printf("%s = %s\n", it.Key(), it.Value())
	}
	must(it.Error(), it.Close())

	must(db.Close())
	// Output:
	// user/1 = of user/1
	// user/2 = of user/2
	// user/3 = of user/3
}

// A second backup stores only what is new. A restore verifies every checksum and never touches an existing store.
func ExampleBackup() {
	o := exampleOptions()
	db, err := engine.Open("db", o)
	must(err)
	must(db.Put([]byte("k"), []byte("monday"), engine.Sync))
	monday, err := engine.Backup(db, "backups")
	must(err)

	must(db.Put([]byte("k"), []byte("tuesday"), engine.Sync))
	tuesday, err := engine.Backup(db, "backups")
	must(err, db.Close())
	fmt.Printf("backups %d and %d\n", monday.ID, tuesday.ID)

	_, err = engine.Restore("backups", monday.ID, "restored", o)
	must(err)
	restored, err := engine.Open("restored", o)
	must(err)
	value, err := restored.Get([]byte("k"))
	must(err, restored.Close())
	fmt.Printf("%s\n", value)
	// Output:
	// backups 1 and 2
	// monday
}
