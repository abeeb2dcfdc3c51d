Imports System.Threading.Tasks

Public Class Line
    Public Property Product As String
    Public Property Quantity As Integer
End Class

Public Class Order
    Public Property Number As Long
    Public Property Customer As String
    Public Property Due As Date?
    Public ReadOnly Property Lines As New List(Of Line)
End Class

<Mprpc.MprpcService(Prefix:="orders")>
Public Interface IOrders
    Function SumAsync(x As Integer, Optional y As Integer = 2) As Task(Of Integer)

    Function EchoAsync(order As Order) As Task(Of Order)

    Function JoinAsync(separator As String, ParamArray parts As String()) As Task(Of String)
End Interface

Public Class Orders
    Implements IOrders

    Public Function SumAsync(x As Integer, Optional y As Integer = 2) As Task(Of Integer) Implements IOrders.SumAsync
        Return Task.FromResult(x + y)
    End Function

    Public Function EchoAsync(order As Order) As Task(Of Order) Implements IOrders.EchoAsync
        Return Task.FromResult(order)
    End Function

    Public Function JoinAsync(separator As String, ParamArray parts As String()) As Task(Of String) Implements IOrders.JoinAsync
        Return Task.FromResult(String.Join(separator, parts))
    End Function
End Class
