namespace Mprpc.FSharp.Tests

open System
open System.Threading.Tasks
open Mprpc

type Line = { Product: string; Quantity: int }

type Order =
    { Number: int64
      Customer: string
      Lines: Line[]
      Due: Nullable<DateOnly> }

[<MprpcService(Prefix = "orders")>]
type IOrders =
    abstract SumAsync: x: int * y: int -> Task<int>
    abstract EchoAsync: order: Order -> Task<Order>
    abstract CountAsync: lines: seq<Line> -> Task<int>
    abstract JoinAsync: separator: string * [<ParamArray>] parts: string[] -> Task<string>

type Orders() =
    interface IOrders with
        member _.SumAsync(x, y) = Task.FromResult(x + y)
        member _.EchoAsync order = Task.FromResult order
        member _.CountAsync lines = Task.FromResult(Seq.length lines)
        member _.JoinAsync(separator, parts) = Task.FromResult(String.Join(separator, parts))
