package blocklog

// SectorBytes is what a disk writes atomically. The bytes of a file tear between sectors.
const SectorBytes = 512

// Epoch is the stretch of requests [From, To) between two flushes. Power cut while the disk is in it keeps everything
// before From and any part of the epoch.
type Epoch struct{ From, To int }

// Epochs returns the epochs in which power may be cut at or after a mark, which is an index into the log.
func (l Log) Epochs(mark int) []Epoch {
	now := Epoch{}
	var all []Epoch
	for i, op := range l {
		if op.Kind != Flush {
			continue
		}
		if now.To = i; i >= mark {
			all = append(all, now)
		}
		now.From = i + 1
	}
	now.To = len(l)
	return append(all, now)
}

// Tearing reports whether a write may tear at an offset: where one of its sectors ends and the next one begins.
type Tearing func(op Op, at int64) bool

// Units returns the pieces of an epoch that are kept or lost as a whole.
func (l Log) Units(e Epoch, tears Tearing) (all []Piece) {
	for i := e.From; i < e.To; i++ {
		op := l[i]
		if op.Kind == Punch {
			all = append(all, Piece{i, 0, op.Len})
			continue
		}
		from := int64(0)
		for at := int64(SectorBytes); at <= op.Len; at += SectorBytes {
			if at == op.Len || tears(op, at) {
				all = append(all, Piece{i, from, at})
				from = at
			}
		}
	}
	return all
}

// AtPages tears every write between pages. It does not matter what a page contains.
func AtPages(_ Op, at int64) bool { return at%PageBytes == 0 }

// AtFileSectors tears a write before and after each sector of a test program's file, and after the first page.
func AtFileSectors(op Op, at int64) bool {
	return ofFile(op.Data[at-SectorBytes:at]) || at+SectorBytes <= op.Len && ofFile(op.Data[at:at+SectorBytes]) ||
		at == PageBytes
}

// HasFileBytes reports whether a request writes what looks like the content of a test program's file.
func (o Op) HasFileBytes() bool {
	for at := 0; at+SectorBytes <= len(o.Data); at += SectorBytes {
		if ofFile(o.Data[at : at+SectorBytes]) {
			return true
		}
	}
	return false
}

// ofFile reports whether a sector looks like the content of a test program's file: letters and digits, then zeros.
func ofFile(sector []byte) bool {
	n := 0
	for n < len(sector) && isLetter(sector[n]) {
		n++
	}
	for _, b := range sector[n:] {
		if b != 0 {
			return false
		}
	}
	return n > 0
}

func isLetter(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}
