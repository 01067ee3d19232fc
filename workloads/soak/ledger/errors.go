package ledger

import "errors"

// Errors, by errors.Is.
var (
	// ErrDamaged means that a ledger is not what was written. The error says where and what to do.
	ErrDamaged = errors.New("ledger: damaged")
	// ErrCampaign means that a ledger is of another campaign.
	ErrCampaign = errors.New("ledger: of another campaign")
	// ErrBroken means that an earlier write has failed. Open the ledger again once the disk is well.
	ErrBroken = errors.New("ledger: an earlier write failed")
	// ErrTooLong means that an event is larger than a line may be. Nothing was written.
	ErrTooLong = errors.New("ledger: event too long")
)
