using Mprpc.Wire;

namespace Mprpc.Core.Tests.Wire;

/// <summary>What a peer is told of a value that does not fit names none of this side's classes.</summary>
public sealed class ExpectedShapeTests
{
    [Theory]
    [InlineData("int", "int")]
    [InlineData("int?", "int?")]
    [InlineData("byte[]", "byte[]")]
    [InlineData("a member's name", "a member's name")]
    [InlineData("char (a number)", "char (a number)")]
    [InlineData(
        "string (valid UTF-8; take byte[] or MprpcRaw for text in other encodings)",
        "string (valid UTF-8; take byte[] or MprpcRaw for text in other encodings)")]
    [InlineData("Order", "an object")]
    [InlineData("Order?", "an object or nil")]
    [InlineData("Order, with int at .Lines[3]", "an object, with int at .Lines[3]")]
    [InlineData("Order that nests less deeply", "an object that nests less deeply")]
    [InlineData("Order[]", "an array")]
    [InlineData("List<Order>", "an array")]
    [InlineData("Dictionary<string, Order>", "a map")]
    [InlineData("Dictionary<string, Order> without nil or the same key twice", "a map without nil or the same key twice")]
    [InlineData("List<Dictionary<string, int>>", "an array")]
    [InlineData("DateTime", "a timestamp")]
    [InlineData("Guid?", "a UUID or nil")]
    public void Of_WhatTheReaderExpects_IsTheShapeOnTheWire(string expected, string told) => Assert.Equal(told, ExpectedShape.Of(expected));
}
