package panel

import (
	"net"
	"net/http"
	"strings"
)

// policy forbids everything the page does not need, as the desk's does.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Loopback reports whether an address of the form HOST:PORT can be reached from
// this computer alone.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	return loopbackHost(host)
}

func loopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address := net.ParseIP(host)
	return address != nil && address.IsLoopback()
}

// guard lets only pages of this computer in. The listener is bound to loopback;
// that does not keep out a page of another site in this computer's own browser,
// so a request must also name a loopback host (a name of another site that was
// made to resolve to 127.0.0.1 does not) and must not come from another origin.
func guard(next http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		site := r.Header.Get("Sec-Fetch-Site")
		foreign := (site == "cross-site" || site == "same-site") && r.Header.Get("Sec-Fetch-Mode") != "navigate"
		if !loopbackHost(strings.Trim(host, "[]")) || foreign || origins.Check(r) != nil {
			http.Error(w, "this page is for the computer beside the scanner only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
