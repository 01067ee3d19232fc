package plan

// Mix hashes two numbers to one that looks random. It is a cheap way to draw.
func Mix(a, b uint64) uint64 {
	x := a*0x9e3779b97f4a7c15 ^ b*0xd6e8feb86659fd93
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
