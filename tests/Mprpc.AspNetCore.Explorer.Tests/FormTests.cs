using System.Globalization;
using Microsoft.Playwright;

namespace Mprpc.AspNetCore.Explorer.Tests;

/// <summary>Each element of the forms in Chromium, and what .NET reads of it. Nothing may be said in the browser's console.</summary>
public sealed class FormTests
{
    public static TheoryData<string, string[], string> Fields { get; } = new()
    {
        { "sum", ["x=1", "y=-2"], "-1" },
        { "integers", ["tiny=-128", "large=-9223372036854775808", "largest=18446744073709551615"], "\"-128 -9223372036854775808 18446744073709551615\"" },
        { "floats", ["half=0.1", "whole=3"], "\"0.1 3\"" },
        { "floats", ["half=-Infinity", "whole=NaN"], "\"-Infinity NaN\"" },
        { "text", ["value=grüß <b>dich</b>"], "\"16: grüß <b>dich</b>\"" },
        { "time", ["value=2026-11-28T05:38:55.25+01:00"], "\"2026-11-28T04:38:55.2500000Z\"" },
        { "bytes", ["value=00 01 fE"], "\"0001FE\"" },
        { "rounding", ["value#Up (5)"], "\"Up\"" },
        { "place", ["X=1.5", "Y=-2"], "\"1.5 -2\"" },
        { "tuple", ["1=7", "2=seven"], "\"seven 7\"" },
        { "echo", ["value={\"$map\": [[1, 18446744073709551615]]}"], "{\"$map\": [[1, 18446744073709551615]]}" },
        { "echo", ["as#text", "value=42"], "\"42\"" },
        { "echo", ["as#extension", "type=-5", "content=0102"], "{\"$ext\": [-5, \"AQI=\"]}" },
        { "nullable", [], "\"null\"" },
        { "nullable", ["-value", "value=5"], "\"5\"" },
        { "default", ["x=1"], "\"1 7 end\"" },
        { "default", ["x=1", "-z", "value=stop"], "\"1 7 stop\"" },
        { "list", ["+values", "item=1", "+values", "item:1=2"], "\"1+2\"" },
        { "add", ["+numbers", "item=1", "+numbers", "item:1=2"], "3" },
        { "rest", ["label=sum", "+numbers", "item=4", "+numbers", "item:1=5"], "\"sum 4+5\"" },
        { "map", ["+values", "key=one", "value=1", "+values", "key:1=two", "value:1=2"], "\"one=1 two=2\"" },
        { "map", ["+values", "key=$bin", "value=1"], "\"$bin=1\"" },
        { "numbered", ["+values", "key=1", "value=one"], "\"1=one\"" },
        { "order", ["Customer=Ada", "+Lines", "Name=tea", "Count=2", "-Note", "value=soon"], "\"Ada: 2 tea soon\"" },
        { "tree", ["Name=root", "-Left", "Name:1=leaf"], "\"2\"" },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Element_Filled_IsWhatTheMethodGets(string method, string[] steps, string expected)
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync(method);

        foreach (string step in steps)
        {
            await DoAsync(page, step);
        }

        string shown = await page.CallAsync();

        Assert.Equal(expected, shown);
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Checkbox_IsTrueIfChecked()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync("bool");

        Assert.Equal("\"no\"", await page.CallAsync());
        await page.Form.GetByLabel("value").CheckAsync().InTime();
        Assert.Equal("\"yes\"", await page.CallAsync());
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Bytes_AsBase64TextAndFile_AreThose()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync("bytes");
        ILocator kind = page.Page.GetByLabel("value: how bytes are given");

        await kind.SelectOptionAsync("base64").InTime();
        await page.FillAsync("value", "AAH+");
        Assert.Equal("\"0001FE\"", await page.CallAsync());
        await kind.SelectOptionAsync("text").InTime();
        await page.FillAsync("value", "ab");
        Assert.Equal("\"6162\"", await page.CallAsync());
        await kind.SelectOptionAsync("file").InTime();
        await page.Page.GetByLabel("value: file").SetInputFilesAsync(new FilePayload { Name = "x", MimeType = "any/any", Buffer = [0xff, 0x00] }).InTime();
        Assert.Equal("\"FF00\"", await page.CallAsync());
        Assert.Empty(browser.Errors);
    }

    [Theory]
    [InlineData("integers", "tiny", "128", "int8 takes -128 to 127.")]
    [InlineData("integers", "largest", "-1", "uint64 takes 0 to 18446744073709551615.")]
    [InlineData("integers", "large", "1.5", "\"1.5\" is not an integer.")]
    [InlineData("floats", "whole", "a lot", "\"a lot\" is not a number; NaN, Infinity and -Infinity are allowed too.")]
    [InlineData("bytes", "value", "0", "Bytes in hex are an even number of digits 0-9 and a-f.")]
    [InlineData("time", "value", "tomorrow", "A time is written as 2026-11-28T05:38:55Z, with a fraction or an offset as +01:00 if wanted.")]
    [InlineData("echo", "value", "{", "This is not JSON: the end cannot stand at character 2.")]
    public async Task Element_FilledWrong_SaysSoBesideIt(string method, string label, string text, string problem)
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync(method);
        await page.FillAsync(label, text);

        await page.ClickAsync("Call");

        ILocator input = page.Form.Locator("[aria-invalid=true]");
        Assert.Equal(problem, await page.Page.Locator($"[id={await input.GetAttributeAsync("aria-describedby")}]").InnerTextAsync().InTime());
        Assert.True(await input.EvaluateAsync<bool>("input => input === document.activeElement").InTime());
        Assert.True(await page.Result.IsHiddenAsync().InTime());
        Assert.Empty(browser.Errors);
    }

    [Fact]
    public async Task Arguments_AsJson_AreTakenAsTheyStand()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        var page = new ExplorerPage(browser.Page, host.Page);
        await page.OpenAsync("sum");
        await page.FillAsync("x", "4");

        await page.Page.GetByRole(AriaRole.Switch, new() { Name = "as JSON" }).CheckAsync().InTime();
        string text = await page.Input("arguments").InputValueAsync().InTime();
        await page.FillAsync("arguments", "[40, 2]");

        Assert.Equal("[4, 0]", text);
        Assert.Equal("42", await page.CallAsync());
        Assert.Empty(browser.Errors);
    }

    /// <summary>
    /// <c>label=text</c> fills, <c>label:1=text</c> the second of that name, <c>label#option</c> selects, <c>-group</c> unchecks, <c>+list</c> adds.
    /// </summary>
    private static Task DoAsync(ExplorerPage page, string step)
    {
        if (step[0] is '+')
        {
            return page.ClickAsync($"Add to {step[1..]}");
        }

        if (step[0] is '-')
        {
            return page.UncheckAsync(step[1..]);
        }

        int at = step.IndexOfAny(['=', '#']);
        string[] label = step[..at].Split(':');
        string text = step[(at + 1)..];
        ILocator input = page.Input(label[0], label.Length > 1 ? int.Parse(label[1], CultureInfo.InvariantCulture) : 0);
        return step[at] == '#' ? input.SelectOptionAsync(new SelectOptionValue { Label = text }).InTime() : input.FillAsync(text).InTime();
    }
}
