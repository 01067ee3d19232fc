package trials

import "errors"

// Errors of the package; test for them with errors.Is.
var (
	// ErrJudge means that a judge is not of the form NAME=COMMAND or NAME@LIMIT=COMMAND, or that two have the same
	// name.
	ErrJudge = errors.New("mutate: not a judge")
	// ErrBaseline means that a judge fails without any mutation, so that its failures mean nothing.
	ErrBaseline = errors.New("mutate: the judge does not pass the unchanged packages")
	// ErrLedger means that a file is not a ledger, or is the ledger of other trials.
	ErrLedger = errors.New("mutate: not the ledger of these trials")
	// ErrReasons means that a file of reasons for survivors is malformed.
	ErrReasons = errors.New("mutate: wrong reasons for survivors")
)
