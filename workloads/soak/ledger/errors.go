package ledger

import "errors"

// Errors, by errors.Is.
var (
	// ErrDamaged means that a ledger is damaged. The error says where, and the remedy.
	ErrDamaged = errors.New("ledger: damaged")
	// ErrCampaign means that a ledger belongs to another campaign.
	ErrCampaign = errors.New("ledger: of another campaign")
	// ErrBroken means that an earlier write failed. Open the ledger again once the disk works.
	ErrBroken = errors.New("ledger: an earlier write failed")
	// ErrTooLong means that an event does not fit in a line. Nothing was written.
	ErrTooLong = errors.New("ledger: event too long")
)
