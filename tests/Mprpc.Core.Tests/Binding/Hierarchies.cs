#pragma warning disable CA1852, CA1822, CA1040, CA1715, CA1812, CA1716
using MyAlias = Mprpc.Core.Tests.Binding;

namespace Mprpc.Core.Tests.Binding;

/// <summary>Classes that implement a contract in each way that C# has.</summary>
internal static class Hierarchies
{
    public interface IRun
    {
        int Run(int value);
    }

    public interface IAlsoRun
    {
        int Run(int value);
    }

    public interface IOther;

    public interface IOverloads
    {
        int Run(int value);

        int Run(string value);

        int Run(int value, string text);
    }

    public interface IMake
    {
        object Make();
    }

    public interface IDefault
    {
        int Run(int value) => value;
    }

    public interface IDerivedDefault : IDefault
    {
        int IDefault.Run(int value) => value + 1;
    }

    public interface IDeeperDefault : IDerivedDefault
    {
        int IDefault.Run(int value) => value + 2;
    }

    public interface IOf<T>
    {
        int Run();

        int Take(T value);
    }

    public interface IPair<TFirst, TSecond>
    {
        int Run();
    }

    public interface IProducer<out T>
    {
        T Produce();
    }

    public interface IRef
    {
        int Run(ref int value);

        int Run(int value);
    }

    public interface @class
    {
        int Run();
    }

    public interface ITwo
    {
        int First();

        int Second();
    }

    public class Implicit : IRun
    {
        public int Run(int value) => 1;
    }

    public class Explicit : IRun
    {
        int IRun.Run(int value) => 1;
    }

    public class ExplicitAndPublic : IRun
    {
        int IRun.Run(int value) => 1;

        public virtual int Run(int value) => 2;
    }

    public class Inherited : Implicit;

    public class Beside
    {
        public int Run(int value) => 1;
    }

    public class FromBaseBeside : Beside, IRun;

    public class Virtual : IRun
    {
        public virtual int Run(int value) => 1;
    }

    public class Overriding : Virtual
    {
        public override int Run(int value) => 2;
    }

    public class OverridingTwice : Overriding
    {
        public override int Run(int value) => 3;
    }

    public class SealedOverride : Overriding
    {
        public sealed override int Run(int value) => 3;
    }

    public abstract class Abstract : IRun
    {
        public abstract int Run(int value);
    }

    public class AbstractImplemented : Abstract
    {
        public override int Run(int value) => 1;
    }

    public class HiddenByNew : Virtual
    {
        public new int Run(int value) => 2;
    }

    public class HiddenExplicit : Explicit
    {
        public int Run(int value) => 2;
    }

    public class Again : Implicit, IRun
    {
        public new int Run(int value) => 2;
    }

    public class AgainExplicit : Overriding, IRun
    {
        int IRun.Run(int value) => 3;
    }

    public class BelowAgain : AgainExplicit
    {
        public override int Run(int value) => 4;
    }

    public class AgainOverVirtual : Overriding, IRun
    {
        public new int Run(int value) => 3;
    }

    public class HiddenByNewVirtual : Virtual
    {
        public new virtual int Run(int value) => 2;
    }

    public class AgainVirtual : Virtual, IRun
    {
        public new virtual int Run(int value) => 2;
    }

    public class HidingForAnother : Virtual, IAlsoRun
    {
        public new int Run(int value) => 2;
    }

    public class AgainBesideAnother : Virtual, IRun, IOther
    {
        public new int Run(int value) => 2;
    }

    public class HidingExplicitVirtual : Explicit
    {
        public virtual int Run(int value) => 2;
    }

    public class FilteredBeside : Implicit, IOther;

    public class Overloads : IOverloads
    {
        public int Run(string value) => 1;

        int IOverloads.Run(int value) => 2;

        public virtual int Run(int value, string text) => 3;

        public int Run(long value) => 4;

        public int Run<T>(int value) => 5;
    }

    public class OtherResult : IMake
    {
        object IMake.Make() => 1;

        public virtual string Make() => "";
    }

    public class Making : IMake
    {
        public virtual object Make() => 1;
    }

    public class CovariantResult : Making
    {
        public override string Make() => "";
    }

    public class BelowCovariantResult : CovariantResult
    {
        public override string Make() => "below";
    }

    public class ByDefault : IDefault;

    public class ByDefaultOfDerived : IDerivedDefault;

    public class ByDefaultOfDeeper : IDeeperDefault, IDerivedDefault;

    public class OverDefault : IDerivedDefault
    {
        public int Run(int value) => 1;
    }

    public class HidingDefault : ByDefault
    {
        public int Run(int value) => 1;
    }

    public class Twice : IOf<int>, IOf<string>
    {
        int IOf<int>.Run() => 1;

        int IOf<string>.Run() => 2;

        public int Take(int value) => 1;

        int IOf<string>.Take(string value) => 2;
    }

    public class TwiceHalfPublic : IOf<int>, IOf<string>
    {
        int IOf<int>.Run() => 1;

        public int Run() => 2;

        public int Take(int value) => 1;

        public int Take(string value) => 2;
    }

    public class TwiceByTuple : IOf<(int First, int Second)>, IOf<List<object>>
    {
        int IOf<(int First, int Second)>.Run() => 1;

        int IOf<List<object>>.Run() => 2;

        public int Take((int First, int Second) value) => 1;

        public int Take(List<object> value) => 2;
    }

    public class OfParameter<T> : IOf<T>
    {
        int IOf<T>.Run() => 1;

        public virtual int Take(T value) => 2;
    }

    public class DerivedGeneric : OfParameter<string>
    {
        public override int Take(string value) => 3;
    }

    public class OfParameterAndMore<T> : IOf<T>, IOf<Dictionary<string, T[,]>>
    {
        int IOf<T>.Run() => 1;

        int IOf<Dictionary<string, T[,]>>.Run() => 2;

        public int Take(T value) => 1;

        public int Take(Dictionary<string, T[,]> value) => 2;
    }

    public class OfPair<T, TOther> : IPair<T[], TOther>, IPair<int?, Outer<long>.Inner<byte>>
    {
        int IPair<T[], TOther>.Run() => 1;

        int IPair<int?, Outer<long>.Inner<byte>>.Run() => 2;
    }

    public class Outer<T>
    {
        public interface IInner<TInner>
        {
            int Run();
        }

        public class Inner<TInner> : IInner<TInner[]>, Outer<byte>.IInner<List<T>>
        {
            int IInner<TInner[]>.Run() => 1;

            int Outer<byte>.IInner<List<T>>.Run() => 2;
        }
    }

    public class OfNested : Outer<int>.IInner<string>
    {
        int Outer<int>.IInner<string>.Run() => 1;
    }

    public class OfKeyword : @class
    {
        int @class.Run() => 1;
    }

    public class ByAlias : MyAlias::Hierarchies.IRun, IOther
    {
        int global::Mprpc.Core.Tests.Binding.Hierarchies.IRun.Run(int value) => 1;
    }

    public class Varying : IProducer<string>
    {
        public string Produce() => "";
    }

    public class RefKinds : IRef
    {
        public int Run(ref int value) => 1;

        public int Run(int value) => 2;
    }

    public class TwoMethods : ITwo
    {
        public int First() => 1;

        public int Second() => 2;
    }

    public class OfTwoContracts : IRun, IAlsoRun
    {
        int IAlsoRun.Run(int value) => 1;

        public int Run(int value) => 2;
    }
}
