// Command go-ugorji is the peer over ugorji's codec.MsgpackSpecRpc and Go's net/rpc.
//
//	go-ugorji client HOST PORT
//	go-ugorji server PORT         (methods Peer.Sum([x, y]), Peer.Echo, Peer.Fail, Peer.Slow: one param each)
package main

import (
	"bytes"
	"fmt"
	"math"
	"net"
	"net/rpc"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/ugorji/go/codec"
)

type skip string

func (s skip) Error() string { return string(s) }

type peer struct {
	address string
	conn    net.Conn
	client  *rpc.Client
}

func handle() *codec.MsgpackHandle {
	h := &codec.MsgpackHandle{WriteExt: true}
	h.MapType = reflect.TypeOf(map[string]interface{}(nil))
	return h
}

func (p *peer) connect() error {
	conn, err := net.DialTimeout("tcp", p.address, 5*time.Second)
	if err != nil {
		return err
	}
	p.conn = conn
	p.client = rpc.NewClientWithCodec(codec.MsgpackSpecRpc.ClientCodec(conn, handle()))
	return nil
}

func (p *peer) call(method string, params ...interface{}) (interface{}, error) {
	var reply interface{}
	err := p.client.Call(method, codec.MsgpackSpecRpcMultiArgs(params), &reply)
	return reply, err
}

func (p *peer) echo(value interface{}) error {
	reply, err := p.call("echo", value)
	if err != nil {
		return err
	}
	return same(reply, value)
}

func same(actual, expected interface{}) error {
	a, b := normal(reflect.ValueOf(actual)), normal(reflect.ValueOf(expected))
	if !reflect.DeepEqual(a, b) {
		return fmt.Errorf("%.80v instead of %.80v", a, b)
	}
	return nil
}

// Integers come back in whichever of Go's types the codec chose: they are compared as decimals.
func normal(v reflect.Value) interface{} {
	switch v.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.Interface:
		return normal(v.Elem())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return fmt.Sprint("int ", v.Interface())
	case reflect.Float32, reflect.Float64:
		return v.Float()
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Bytes()
		}
		items := []interface{}{}
		for i := 0; i < v.Len(); i++ {
			items = append(items, normal(v.Index(i)))
		}
		return items
	case reflect.Map:
		items := map[string]interface{}{}
		for _, k := range v.MapKeys() {
			items[fmt.Sprint(k)] = normal(v.MapIndex(k))
		}
		return items
	}
	if t, ok := v.Interface().(time.Time); ok {
		return t.UTC()
	}
	return v.Interface()
}

func (p *peer) fails(contains, method string, params ...interface{}) error {
	reply, err := p.call(method, params...)
	if _, remote := err.(rpc.ServerError); !remote {
		return fmt.Errorf("%v, %v instead of an error of the server", reply, err)
	}
	if err.Error() == "" || !strings.Contains(err.Error(), contains) {
		return fmt.Errorf("error %q", err)
	}
	return nil
}

func (p *peer) concurrent() error {
	replies := make([]interface{}, 1000)
	done := make(chan *rpc.Call, len(replies))
	for i := range replies {
		p.client.Go("sum", codec.MsgpackSpecRpcMultiArgs{i, 1}, &replies[i], done)
	}
	for range replies {
		if c := <-done; c.Error != nil {
			return c.Error
		}
	}
	for i, reply := range replies {
		if err := same(reply, i+1); err != nil {
			return err
		}
	}
	return nil
}

func (p *peer) reconnect() error {
	if _, err := p.conn.Write([]byte{0xc1}); err != nil {
		return err
	}
	if _, err := p.call("sum", 1, 2); err == nil {
		return fmt.Errorf("still answered after c1")
	}
	if err := p.connect(); err != nil {
		return err
	}
	return p.sum()
}

func (p *peer) sum() error {
	reply, err := p.call("sum", 1, 2)
	if err != nil {
		return err
	}
	return same(reply, 3)
}

func (p *peer) each(values ...interface{}) error {
	for _, value := range values {
		if err := p.echo(value); err != nil {
			return err
		}
	}
	return nil
}

var allBytes = func() []byte {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return all
}()

var cases = []struct {
	name string
	run  func(p *peer) error
}{
	{"sum", (*peer).sum},
	{"error", func(p *peer) error { return p.fails("boom", "fail", "boom") }},
	{"unknown_method", func(p *peer) error {
		if err := p.fails("", "nosuch", 1); err != nil {
			return err
		}
		return p.sum()
	}},
	{"text_ascii", func(p *peer) error { return p.echo("hello") }},
	{"text_japanese", func(p *peer) error { return p.echo("こんにちは、世界。") }},
	{"text_40", func(p *peer) error { return p.echo(strings.Repeat("x", 40)) }},
	{"text_70000", func(p *peer) error { return p.echo(strings.Repeat("x", 70000)) }},
	{"binary_all_bytes", func(p *peer) error { return p.echo(allBytes) }},
	{"binary_1mib", func(p *peer) error { return p.echo(bytes.Repeat(allBytes, 4096)) }},
	{"nested", func(p *peer) error {
		return p.echo(map[string]interface{}{
			"a": []interface{}{1, map[string]interface{}{"b": []interface{}{[]interface{}{}, map[string]interface{}{}, []interface{}{2, []interface{}{3, nil}}}}},
			"c": map[string]interface{}{"d": map[string]interface{}{"e": "f"}},
		})
	}},
	{"integers", func(p *peer) error {
		return p.each(0, 1, 127, 128, 255, 256, 65535, 65536, uint64(math.MaxUint32), int64(1)<<32, int64(math.MaxInt64), uint64(1)<<63, uint64(math.MaxUint64),
			-1, -32, -33, -128, -129, -32768, -32769, math.MinInt32, int64(math.MinInt32)-1, int64(math.MinInt64))
	}},
	{"float32", func(p *peer) error { return p.echo(float32(0.5)) }},
	{"float64", func(p *peer) error { return p.echo(3.141592653589793) }},
	{"nil", func(p *peer) error { return p.echo(nil) }},
	{"booleans", func(p *peer) error { return p.each(true, false) }},
	{"ext", func(p *peer) error { return p.echo(codec.RawExt{Tag: 5, Data: []byte{1, 2, 3}}) }},
	{"timestamp", func(p *peer) error { return p.each(time.Unix(1, 0), time.Unix(1700000000, 123456789), time.Unix(-1, 1)) }},
	{"concurrent_1000", (*peer).concurrent},
	{"notify_then_read", func(p *peer) error { return skip("net/rpc sends no notifications") }},
	{"reconnect", (*peer).reconnect},
}

func (p *peer) run(name string, test func(p *peer) error) (ok bool) {
	result := make(chan error, 1)
	go func() { result <- test(p) }()
	var err error
	select {
	case err = <-result:
	case <-time.After(20 * time.Second):
		err = fmt.Errorf("no end after 20 s")
	}
	verdict, detail := "ok", ""
	if reason, skipped := err.(skip); skipped {
		verdict, detail = "skip", string(reason)
	} else if err != nil {
		verdict, detail = "fail", strings.Join(strings.Fields(err.Error()), " ")
		_ = p.connect()
	}
	fmt.Printf("%s\t%s\t%.300s\n", name, verdict, detail)
	return verdict != "fail"
}

// Peer is what the server offers.
type Peer struct{}

// Sum adds.
func (Peer) Sum(xy []int64, reply *int64) error { *reply = xy[0] + xy[1]; return nil }

// Echo gives back.
func (Peer) Echo(value interface{}, reply *interface{}) error { *reply = value; return nil }

// Fail fails with the message.
func (Peer) Fail(message string, _ *interface{}) error { return fmt.Errorf("%s", message) }

// Slow waits.
func (Peer) Slow(ms int64, reply *int64) error {
	time.Sleep(time.Duration(ms) * time.Millisecond)
	*reply = ms
	return nil
}

func serve(port string) error {
	server := rpc.NewServer()
	if err := server.Register(Peer{}); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		return err
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	time.AfterFunc(2*time.Minute, func() { os.Exit(0) })
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go server.ServeCodec(codec.MsgpackSpecRpc.ServerCodec(conn, handle()))
	}
}

func main() {
	if os.Args[1] == "server" {
		fmt.Fprintln(os.Stderr, serve(os.Args[2]))
		os.Exit(1)
	}
	p := &peer{address: net.JoinHostPort(os.Args[2], os.Args[3])}
	if err := p.connect(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ok := true
	for _, c := range cases {
		ok = p.run(c.name, c.run) && ok
	}
	if !ok {
		os.Exit(1)
	}
}
