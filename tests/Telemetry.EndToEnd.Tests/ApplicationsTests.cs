namespace Telemetry.EndToEnd.Tests;

/// <summary>Real applications, configured by file and by code, and what is found of them.</summary>
[Trait("Category", "heavy")]
public sealed class ApplicationsTests(ApplicationsTests.Everything everything) : IClassFixture<ApplicationsTests.Everything>
{
    [Fact]
    public async Task AWebServiceIsFoundWithItsRequests()
    {
        await Applications.RunShopAsync(everything.Here);
        await everything.IsFoundAsync("service.name : shop-web and service.version : \"2.1.0\" and message : \"order 7 is looked at\"", atLeast: 1);
        await everything.IsFoundAsync("service.name : shop-web and labels.RequestPath : \"/orders/7\" and labels.StatusCode : 200", atLeast: 1);
        await everything.IsFoundAsync("service.name : shop-web and labels.StatusCode : 500 and log.level : error and error.message : \"there is no order 0\"", atLeast: 1);
    }

    [Fact]
    public async Task AWorkerIsFoundWithItsScopesAndEventIds()
    {
        await Applications.RunCourierAsync(everything.Here);
        await everything.IsFoundAsync("service.name : courier and \"delivered\"", atLeast: 3);
        await everything.IsFoundAsync("service.name : courier and labels.Parcel : 2 and log.logger : \"Telemetry.Applications.Courier.Tour\"", atLeast: 1);
        await everything.IsFoundAsync("service.name : courier and log.level : error and error.type : \"System.InvalidOperationException\" and \"parcel 3 refused\"", atLeast: 1);
        Assert.Equal(0, await everything.Here.CountAsync("service.name : courier and \"not shipped\""));
    }

    [Fact]
    public async Task AConsoleToolIsFoundWithItsLastWords()
    {
        await Applications.RunTillAsync(everything.Here, "till");
        await everything.IsFoundAsync("service.name : till and labels.Article : apples and labels.Price : \"1.25\"", atLeast: 1);
        await everything.IsFoundAsync("service.name : till and log.level : fatal and error.message : \"the drawer is stuck\"", atLeast: 1);
    }

    [Fact]
    public async Task ANativeToolIsFoundLikeAnyOther()
    {
        await Applications.PublishTillAsync();
        await Applications.RunNativeTillAsync(everything.Here, "native-till");
        await everything.IsFoundAsync("service.name : native-till and service.version : \"3.0.0\" and labels.Article : apples", atLeast: 1);
        await everything.IsFoundAsync("service.name : native-till and log.level : fatal and error.message : \"the drawer is stuck\"", atLeast: 1);
    }

    /// <summary>One installation for all of them.</summary>
    public sealed class Everything : IAsyncLifetime
    {
        public Installation Here { get; } = new();

        public async ValueTask InitializeAsync() => await Here.UpAsync("--no-shipper");

        public ValueTask DisposeAsync() => Here.DisposeAsync();

        public Task IsFoundAsync(string query, int atLeast) =>
            Eventually.Holds(async () => await Here.CountAsync(query) >= atLeast, $"{query} is found");
    }
}
